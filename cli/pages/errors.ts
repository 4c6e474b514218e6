/** One page for each error code: what it means, why it is so, what to do, and an example. A missing page does not compile. */
import type { ErrorCode } from "../../runtime/core/errors.ts";

export interface ErrorPage {
  readonly means: string;
  readonly why: string;
  readonly what: string;
  readonly example: string;
}

export const errorPages: Readonly<Record<ErrorCode, ErrorPage>> = {
  E_READ: {
    means:
      "The program wanted to read a file or a folder, or to learn whether it exists, and no grant covers the place that the path leads to.",
    why: "A program starts without access. Symbolic links are followed before the decision: a link inside a granted folder that leads out of it is refused. The same answer is given whether the file exists or not, so that a refusal tells nothing. Well-known secrets such as private keys and .env files are not covered by a folder's grant.",
    what: "Grant the file, or the folder that holds it. If a deny or an ignore is what stands in the way, the message names it: remove that flag, or forget the remembered answer with sbx revoke.",
    example:
      "sbx run notes.ts --allow-read=./notes\nsbx run notes.ts --allow-read=./notes,for=10m,ops=readTextFile+stat",
  },
  E_WRITE: {
    means: "The program wanted to create, change, move or remove something, and no write grant covers it.",
    why: "Writing is granted apart from reading. A rename needs read and write at the source and write at the target, because a move carries content from one place to the other. The granted folder itself cannot be removed or renamed, and files that the system runs by itself (shell start-up files, autostart entries, git hooks) must be named.",
    what: "Grant the folder that the program should write into, as narrow as it will do.",
    example: "sbx run index.ts --allow-read=./notes --allow-write=./notes/index.md",
  },
  E_NET: {
    means:
      "The program wanted to connect to a host, and no grant covers the host, the port, the path or the method.",
    why: "Each hop of a redirect is a request of its own, and every address that a name stands for is judged. *.example.com covers the domain itself and all below it; a port that is not named means any port.",
    what: "Grant the host. Name methods to keep a program from changing things: GET api.example.com.",
    example:
      'sbx run feed.ts --allow-net=api.example.com\nsbx run feed.ts "--allow-net=GET+HEAD *.example.com:443"',
  },
  E_NET_LOCAL: {
    means:
      "The address is not a public one: loopback, private, link-local, a cloud's metadata service, or reserved. A general grant does not reach it.",
    why: "Services on your own machine and network often trust whoever can reach them. A name on the internet can be made to point at them; therefore the address that was resolved is judged, not only the name.",
    what: "Name the address, a range of addresses, or localhost; or add local=yes to the grant of a host that is meant to be local.",
    example:
      "sbx run dev.ts --allow-net=localhost:8080\nsbx run nas.ts --allow-net=nas.example.com,local=yes\nsbx run lan.ts --allow-net=192.168.1.0/24",
  },
  E_DATA: {
    means: "The program wanted to use a store or a data set that was not granted.",
    why: "kv is the program's own store on this machine. It is separate for each program, yet still a place where things outlive the run, so it is granted like everything else.",
    what: "Grant kv.",
    example: "sbx run counter.ts --allow-data=kv",
  },
  E_ENV: {
    means: "The program wanted an environment variable that was not granted.",
    why: "Variables hold tokens and passwords. Even their names are not shown without a grant.",
    what: "Grant the name, or a prefix with *. --ignore-env makes all others look unset, for programs that only probe.",
    example: "sbx run greet.ts --allow-env=LANG\nsbx run build.ts --allow-env=BUILD_* --ignore-env",
  },
  E_HOST: {
    means: "The program wanted to call a function of the host application that was not granted.",
    why: "A host application offers functions; which of them a program may call is granted one by one or by group.",
    what: "Grant the function, in the host application or on the command line. A run that no host application started has no such functions.",
    example: "sbx run sums.ts --allow-host=math.double",
  },
  E_FLOW: {
    means:
      "The run has read something that carries a label, and what it now wants to write to is not cleared for that label.",
    why: "Reading and sending are each harmless; together they carry private things away. The label stays on the whole run, because nobody can see from outside what the program does with what it has read.",
    what: "Send first and read afterwards, split the work into two runs, or clear exactly this destination for exactly this label.",
    example: "sbx run backup.ts --clear=net=backup.example.com:personal",
  },
  E_EXPIRED: {
    means: "A grant covered this, but its time is over or its uses are spent.",
    why: "for=, uses=, maxBytes= and maxCalls= bound a grant. What was opened under it ends with it, also in the middle of a stream.",
    what: "Grant it again, or for longer.",
    example: "sbx run import.ts --allow-read=./inbox,for=1h,uses=500",
  },
  E_REVOKED: {
    means: "A grant covered this, and was taken back while the program ran.",
    why: "A person, a host application or the program itself (permissions.revoke) can take a grant back. It acts at once, also on open files and connections.",
    what: "Grant it again if that was not meant.",
    example: "sbx grants",
  },
  E_LIMIT_TIME: {
    means: "The run, one stretch of work, or one request took longer than its limit.",
    why: "--cpu bounds work without a pause, so that a loop that never ends does not run for ever; --timeout bounds the whole run; --request-timeout bounds one request. The clock stands outside the program, which cannot stop it.",
    what: "Raise the limit that the message names if the work is meant to take that long.",
    example: "sbx run crunch.ts --cpu=2m --timeout=10m",
  },
  E_LIMIT_MEMORY: {
    means: "The program needed more memory than it was given, and the run was ended.",
    why: "An engine that has run out of memory cannot be trusted to go on, so this cannot be caught.",
    what: "Stream large files instead of reading them whole, or raise the limit.",
    example: "sbx run big.ts --memory=512mb",
  },
  E_LIMIT_STACK: {
    means: "The program called itself too deeply.",
    why: "Usually it is a recursion without an end. The program gets an error that it can catch; uncaught, it ends the run.",
    what: "Look at the repeating lines of the stack. A recursion that is meant to be deep is better written as a loop: 1mb, the default, is also the most.",
    example: "sbx run tree.ts --stack=1mb",
  },
  E_LIMIT_OUTPUT: {
    means: "The program printed more than it may.",
    why: "Output without a bound fills disks and logs.",
    what: "Write large results to a granted file, or raise the limit.",
    example: "sbx run list.ts --output=256mb > list.txt",
  },
  E_LIMIT_HANDLES: {
    means: "Too many files, responses or connections are open at once.",
    why: "Each of them costs this machine something. The new one was closed again; those that were open stay open.",
    what: "Close what is done with (await using, or close()), and read response bodies to their end or cancel them.",
    example: "sbx run many.ts --handles=1024",
  },
  E_LIMIT_CALLS: {
    means: "Too many operations are under way at once, or a grant's maxCalls= is spent.",
    why: "A program that starts thousands of operations without waiting for any can exhaust the machine.",
    what: "Await in portions, or raise the limit.",
    example: "sbx run crawl.ts --inflight=256",
  },
  E_LIMIT_BYTES: {
    means:
      "One read or response, all network traffic, the store, or a grant's maxBytes= has reached its limit in bytes.",
    why: "The message names which. A stream ends with this error after the last byte that was within the limit.",
    what: "Stream in parts, or raise that limit.",
    example: "sbx run mirror.ts --traffic=2gb --body=64mb\nsbx run save.ts --allow-write=./out,maxBytes=50mb",
  },
  E_IMPORT: {
    means:
      "The program could not be loaded: a syntax error, a file that is not there, or an import that is not allowed.",
    why: "A program consists of files below its own folder, packages in its own node_modules, and sbx: modules. Node's modules, paths and links that lead out of the folder, and http: or data: imports are refused, so that what was looked at is what runs.",
    what: "Copy what is needed into the folder, install packages there, and use sbx:fs, sbx:net and the others in place of Node's modules.",
    example: 'import { readTextFile } from "sbx:fs";   // not "node:fs"',
  },
  E_INTEGRITY: {
    means: "A file of sbx's own, or an audit, is not what was written.",
    why: "Contents are checked when they are used. Damage is never guessed around.",
    what: "Restore it from where it came. For an audit, sbx audit verify names the first line that is wrong.",
    example: "sbx audit verify",
  },
  E_SIGNATURE: {
    means: "A signature is missing where one is required, or does not match.",
    why: "What is not what its publisher signed must not run.",
    what: "This version runs scripts and folders, which carry no signature: they run where no policy asks for one. The message names the policy's line; ask whoever keeps it.",
    example: '{ "version": 1, "trust": { "requireSignature": true } }',
  },
  E_MANIFEST: {
    means: "A plugin's manifest is not valid.",
    why: "A manifest says what a plugin will ask for; one that cannot be read says nothing that can be relied on.",
    what: "Correct the line that the message names. This version reads no manifests.",
    example: "sbx run ./plugin-folder",
  },
  E_POLICY: {
    means: "A policy file is not valid.",
    why: "A policy that was half understood would protect half. Nothing runs under it until it is right.",
    what: "Correct the lines that the message shows. sbx policy check reads a policy without running anything, and sbx help policy shows its form.",
    example: '{ "version": 1, "deny": ["read=~/.ssh"] }',
  },
  E_CATALOG: {
    means: "A data catalog is not valid.",
    why: "A catalog says which fields are private. Nothing is served from one that cannot be read whole.",
    what: "Correct the line that the message names.",
    example: '{ "version": 1, "datasets": {} }',
  },
  E_USAGE: {
    means:
      "The command line is not right: an unknown or repeated option, a value without a unit, or words that contradict each other.",
    why: "Nothing was run. sbx does not guess what a mistyped permission was meant to be.",
    what: "Read the message: it names the word and often the one that was meant. Words for the program itself stand behind --.",
    example: "sbx run plugin.ts --allow-read=./docs -- --verbose",
  },
  E_NOT_FOUND: {
    means: "What was named is not there: a script, a file, a record.",
    why: "For files, a program only learns this where it has a grant to read; elsewhere the answer is E_READ, whatever is there.",
    what: "Check the name and the folder that it is relative to.",
    example: 'if (await exists("notes.md")) …',
  },
  E_EXISTS: {
    means: "Something of that name is there already.",
    why: "The operation was asked not to replace it.",
    what: "Choose another name, remove the old one first, or let the operation replace it where it can.",
    example: 'await mkdir("out", { recursive: true });',
  },
  E_INVALID: {
    means: "An argument of an operation has the wrong type or a value out of its bounds.",
    why: "Arguments are checked once, before anything else happens.",
    what: "See the operation's declaration: sbx types prints them all.",
    example: "sbx types > sbx.d.ts",
  },
  E_UNAVAILABLE: {
    means:
      "Something that this needs is not there or does not answer: a wall of the operating system, free space, a server, a writable audit.",
    why: "sbx does not go on with less than was asked for. Without an audit record, for example, an operation does not happen.",
    what: "The message says what is missing. sbx doctor shows what this machine offers.",
    example: "sbx doctor",
  },
  E_INTERNAL: {
    means: "sbx itself did something wrong. It is not the program's fault, and not yours.",
    why: "Every such case is a defect.",
    what: "Please report it, with the audit record's id and what SBX_DEBUG=1 prints.",
    example: "SBX_DEBUG=1 sbx run plugin.ts",
  },
};
