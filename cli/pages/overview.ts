/** The first page of help. A test holds it to one screen of 80 columns and 24 lines. */
export const overview = `sbx runs untrusted TypeScript and JavaScript. A program starts with no access to
anything; what it may reach, you name.

  sbx run [options] plugin.ts [args…] [-- args…]
                    run a script, a folder, or - for standard input
  sbx eval 'code'   run one piece of code
  sbx learn FILE    run it, then print the smallest grants that would have done
  sbx types         print the declarations of the standard library
  sbx grants        answers that are remembered; sbx revoke forgets them
  sbx policy        check policy files, and what they would refuse; show
  sbx data          what a catalog offers: list, check, who may touch it
  sbx audit         what was done and refused; export, verify, show, who FILE
  sbx doctor        what protects you on this machine
  sbx explain CODE  a page about an error code, such as E_READ
  sbx help TOPIC    permissions, flow, manifest, data, hosts, audit, exit-codes
                    or a command: sbx help run

  -R, --allow-read=PATH     files and folders    --deny-read, --ignore-read
  -W, --allow-write=PATH    files and folders    --deny-write
  -N, --allow-net=HOST      connections          --deny-net
  -E, --allow-env=NAME      variables            --deny-env, --ignore-env
  -D, --allow-data=SET      data sets, and kv    --deny-data
  -A                        all of these, unscoped
`;
