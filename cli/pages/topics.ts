/** The pages of \`sbx help\`, by topic and by command. */

const run = `sbx run [options] SCRIPT [options] [args…] [-- args…]

Options stand before the script or directly behind it. They end at the first
bare word or at --; everything after that is the plugin's. Words that come from
elsewhere belong behind --:  sbx run plugin.ts --allow-read=. -- "$file"

SCRIPT is a .ts or .js file, a folder with a main.ts, or - for standard input.

Grants (sbx help permissions)
  -R -W -N -E -D -H   --allow-KIND[=SCOPE,…[,option=value]]   also -RW
  --deny-KIND[=…]     always wins     --ignore-read, --ignore-env   "not there"
  -A                  a bare allow of every kind

Asking
  --no-prompt         never ask: what would be asked is denied
  --prompts=N         at most N questions in a run (20)
                      SBX_PLAIN=1: numbered answers, nothing redrawn

Limits
  --timeout=30s       wall time (none)          --cpu=10s      continuous work
  --memory=128mb      --stack=1mb               --output=16mb  printed bytes
  --handles=256       things open at once       --inflight=64  calls at once
  --body=64mb         one read or response      --request-timeout=30s
  --traffic=100mb     network bytes in all      --kv=16mb      the store

Connections
  --proxy=http://USER:PASSWORD@HOST:PORT   every connection goes through it, to
                      addresses that sbx found and judged; also https://
  --ca-file=FILE      trust these authorities too (certificates in PEM)

Records
  --audit=FILE        where the audit goes      --report=FILE  a JSON account
  --deterministic=SEED  fixes clock, randomness and order
  --explain-flow      what raised labels, and where they went or were kept
  --quiet             only errors
  --json              the account on stderr, as JSON
`;

const evaluate = `sbx eval [options] 'CODE' [args…] [-- args…]

Runs CODE as a module. The options are those of sbx run.

  sbx eval 'console.log(1 + 1)'
  sbx eval --allow-read=. 'import { readDir } from "sbx:fs";
    for await (const { name } of readDir(".")) console.log(name)'
`;

const learn = `sbx learn [options] SCRIPT [args…] [-- args…] [--json]

Runs SCRIPT with the options of sbx run and prints what it used: as the smallest
flags, and as the permissions of its sbx.json, with reasons for you to fill in.
You are asked once for each kind (read, net, …); a yes is for this run only.
Secrets and addresses that are not public are asked about one by one.

Where a grant opens more than was used (a folder instead of its many files), the
line below it says so. What was refused stands apart: look before you grant it.
Without a terminal nothing is asked, all is denied, and that is what you learn.

Standard output is what was learned; the script's own output goes to stderr.
`;

const types = `sbx types [--catalog=FILE]

Prints the declarations of the standard library and of the globals; with a
catalog also of its data sets, so that editors know their fields.

  sbx types > sbx.d.ts       then name it in your tsconfig.json
`;

const policy = `sbx policy check [FILE…] [--json]     sbx policy show [FILE…] [--json]

A policy is a file of JSON with comments. It says what plugins may do on this
machine whatever the command line says. Up to three hold together, the highest
first: the machine's (/etc/sbx/policy.json), $SBX_POLICY, and --policy=FILE.
Denies, ignores and labels of all of them count. A ceiling, a limit and a
clearance count as far as every policy that states one agrees.

  { "version": 1,
    "deny":    ["read=~/.ssh", "net=*.tracker.example"],
    "ceiling": ["read=~/Documents", "net"],
    "labels":  { "read=~/Documents/private": "personal" },
    "clear":   { "net=backup.example": ["personal"] },
    "when":    [{ "user": "kiosk", "deny": ["write=*"] }],
    "limits":  { "memory": "64mb" } }

check reads the files, shows every fault with its line, and tells which
remembered answers and which operations of the audit they would refuse today.
show prints what is in force here, each rule with its line.
Without FILE both take the machine's and $SBX_POLICY. docs/policy.md has more.
`;

const schema = `sbx schema [NAME]

Prints the JSON Schema (draft 2020-12) of what sbx prints with --json, of its
audit's lines, and of policy files. Without NAME it lists them.

  sbx schema policy > policy.schema.json    then "$schema": "policy.schema.json"
`;

const grants = `sbx grants [--json]            sbx revoke WORD…  |  --all

sbx grants lists the answers "Always" and "Never" that were given to questions:
for which script, when last used or never, when they end, what their counters
have left. They belong to a script's exact content: a changed script is asked
about again. Below them stand grants of policies whose uses are counted.

sbx revoke forgets answers. A WORD is a number of that list, a grant, or a
script by its name or path. A plugin that is running loses what it had by them.

  sbx revoke 3        sbx revoke read=./notes      sbx revoke notes.ts
`;

const doctor = `sbx doctor [--json]

Says what this machine offers to hold a plugin in: the walls of the operating
system, where sbx keeps its own files, and versions.
`;

const explain = `sbx explain CODE [--json]        sbx explain

Explains an error code: what it means, why, and what to do. Without a code,
lists them all.
`;

const permissions = `Grants: KIND=SCOPE[,SCOPE…][,option=value…]

  read   a file, or a folder and all below it        --allow-read=./docs
  write  likewise; also making and removing          --allow-write=./out
  net    [METHOD+METHOD ]host[:port][/path]          --allow-net=api.example.com
  env    a name, or PREFIX_*                         --allow-env=LANG
  data   a data set of a catalog, its fields; or kv  --allow-data=contacts.name
  host   a function of the host application          --allow-host=math.double

Options follow the last scope and bind to every scope of the flag:
  for=10m  uses=3  maxBytes=10mb  maxCalls=100  ops=readFile  local=yes (net)
  \\ escapes , = and itself.

What decides, in this order, whatever the order of the flags:
  1  a deny that covers the request wins; a scoped ignore makes it "not there"
  2  outside a policy's ceiling it is denied (sbx help policy)
  3  an allow that covers it and is neither expired nor used up
  4  you are asked, if there is a terminal and --no-prompt and CI are not set
  5  denied

A bare --allow-net means public addresses. Loopback, private and other special
addresses need naming: the address, a CIDR, localhost, or local=yes on a host.

Never covered by a folder or by -A: well-known secrets (keys, .env, credential
stores) and files that the system runs by itself. Name them. Never granted at
all: sbx's own files, /proc/self and other doors into processes.

Relative paths are relative to the working directory. ~/, \${home}, \${plugin},
\${data} and \${tmp} are known.
`;

const flow = `What a run has read decides where it may still write.

This version labels well-known secrets "secret", and labels what --label, a
policy or a catalog names; a run that has read it can no longer send, write or
print it where that label is not cleared. --clear, or a policy, opens one sink
for one label.
At a terminal you are asked: you see what was read, where it would go, how much
and how it begins, and let out this one or the destination until the run ends.
Your own terminal is always open; before such output goes into a pipe you are
asked once. What is kept in the plugin's store keeps the label, and so does what
is written where a label is cleared. Ordinary files carry no label: scripts that
read none of this never meet this page.

  sbx run backup.ts -R=. --label=read=./private:personal \\
    -N=backup.example --clear=net=backup.example:personal --explain-flow
                      prints what raised a label and where it went or was kept
`;

const manifest = `Packages with a manifest (sbx.json) are not available in this version. A script
or a folder is run as it is; its grants come from the command line and from you.
`;

const data = `sbx data list|check|who --catalog=FILE [--json]

A catalog says which data there are, where they lie, and what their fields mean:

  { "version": 1, "datasets": { "contacts": {
      "source": { "type": "csv", "path": "contacts.csv" },
      "fields": { "name":  { "type": "text" },
                  "email": { "type": "text", "label": "personal" } } } } }

  sbx run plugin.ts --catalog=FILE --allow-data=contacts.name

  import * as data from "sbx:data";
  const contacts = await data.open("contacts");
  await contacts.query({ select: ["name"], where: { name: "Ana" } });

A grant names a data set, and fields or not: contacts means those without a
label, contacts.name+email these two, contacts:count the number of rows,
contacts:write also changes. A field that is not granted can be named nowhere
in a query. Reading a labelled field labels the run (sbx help flow).

sbx data list tells what there is, check opens every source, who tells which
plugins may touch it and did. sbx types --catalog=FILE prints its types.
kv is the plugin's own store, with a quota (--kv=16mb): --allow-data=kv
`;

const hosts = `Host applications that start plugins over JSON-RPC are not available in this
version. From a program, start sbx run with --no-prompt and --report=FILE.
`;

const audit = `sbx audit [--plugin= --kind= --decision= --since=1h --run= --file=FILE] [--json]
                    lists decisions and operations
sbx audit export    the same records as JSON lines, unchanged
sbx audit verify [FILE]   follows every run's hash chain; damage is exit code 65
sbx audit show ID   one record, or all of a run
sbx audit who FILE  which plugin wrote FILE

A record is written before the result of what it records reaches the plugin. It
holds no contents. If it cannot be written, the operation does not happen. A
refusal that repeats is written sixteen times, then counted.
Records lie in the state folder (sbx doctor says where) or in --audit=FILE.
`;

const exitCodes = `  0    the plugin ended well (it may choose 0 to 63 itself)
  1    the plugin threw, or could not be loaded
  2    wrong usage
  65   damaged or changed: package, audit
  66   no such script
  69   something this machine lacks
  70   a defect in sbx itself
  76   the true result may not leave: labels are not cleared for the exit code
  77   a denial that nobody caught, or you stopped the plugin
  78   malformed configuration
  124  a time limit
  125  a memory, stack, output, handle, call or byte limit
  130  interrupted (Ctrl-C)

When the reader of standard output goes away (| head -1), the run is ended
quietly and the code is 0.
`;

export const topics: Readonly<Record<string, string>> = {
  permissions,
  flow,
  manifest,
  data,
  hosts,
  audit,
  "exit-codes": exitCodes,
  run,
  eval: evaluate,
  learn,
  types,
  policy,
  schema,
  grants,
  revoke: grants,
  doctor,
  explain,
  version: "sbx version [--json]\n\nPrints the version.\n",
  help: "sbx help [TOPIC]\n\nExplains a topic or a command.\n",
};
