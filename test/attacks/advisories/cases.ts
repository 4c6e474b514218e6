/** Published advisories of runtimes that guard what programs may do, and what holds here against each. A program of `programs/`, files
 *  that must not load, or a test elsewhere; or the reason why there is nothing to try. */

interface Named {
  readonly id: string;
  readonly cve: string | null;
  readonly year: number;
  /** What went wrong there. */
  readonly why: string;
}

export interface ProgramCase extends Named {
  readonly program: string;
  /** `{A}`, `{B}`, `{C}`: host and port of the servers; everything but `{C}` is usually granted. */
  readonly flags: readonly (readonly string[])[];
  /** No connection may reach any server. */
  readonly silent?: true;
}

/** A folder with a main.ts that must be refused when it is loaded. */
export interface LoadCase extends Named {
  readonly loads: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ElsewhereCase extends Named {
  /** A file of tests, and words of the test's name. */
  readonly heldBy: readonly (readonly [file: string, test: string])[];
}

export interface NothingCase extends Named {
  readonly nothing: string;
}

const box = ["--allow-read=docs,out", "--allow-write=docs,out"];
const secret = "../outside/secret.json";
const pack = (main: object): Record<string, string> => ({
  "main.ts": 'import found from "evil"; console.log(JSON.stringify(found));',
  "node_modules/evil/package.json": JSON.stringify({ name: "evil", version: "1.0.0", ...main }),
});
const one = (text: string): Record<string, string> => ({ "main.ts": text });

export const programs: readonly ProgramCase[] = [
  {
    id: "GHSA-5frw-4rwq-xhcr",
    cve: "CVE-2024-27932",
    year: 2024,
    why: "a host was compared by how its name ends, so credentials went to strangers",
    program: "names-that-end-alike",
    flags: [["--allow-net=example.test"]],
  },
  {
    id: "GHSA-67hm-27mx-9cg7",
    cve: "CVE-2021-41641",
    year: 2021,
    why: "links could be made that lead out of what may be written",
    program: "moved-link",
    flags: [box],
  },
  {
    id: "GHSA-jxwh-q9gp-f7j9",
    cve: null,
    year: 2026,
    why: "links that were there already were followed out of the grant",
    program: "links",
    flags: [box],
  },
  {
    id: "GHSA-hrqr-jv8w-v9jh",
    cve: "CVE-2024-27931",
    year: 2024,
    why: "a temporary folder's name led out of its place",
    program: "temp-names",
    flags: [["--allow-read=out", "--allow-write=out"]],
  },
  {
    id: "GHSA-23rx-c3g5-hv9w",
    cve: "CVE-2024-34346",
    year: 2024,
    why: "files of the kernel gave what no file permission should",
    program: "kernel",
    flags: [
      ["-R", "-W"],
      ["--allow-read=/", "--allow-write=/"],
    ],
  },
  {
    id: "GHSA-m87g-7g5m-wpx4",
    cve: null,
    year: 2026,
    why: "looking at files of the kernel was not guarded as reading them was",
    program: "kernel",
    flags: [["-R", "-W"], ["--allow-read=docs,/tmp,/etc"]],
  },
  {
    id: "GHSA-xqxc-x6p3-w683",
    cve: "CVE-2025-48888",
    year: 2025,
    why: "a deny of everything did nothing beside an allow of everything",
    program: "denied-and-allowed",
    flags: [
      ["-A", "--deny-read", "--deny-write", "--deny-net", "--deny-env", "--deny-data"],
      [
        ...box,
        "--allow-net={A}",
        "--allow-env=VISIBLE",
        "--allow-data=kv",
        "--deny-read",
        "--deny-write",
        "--deny-net",
        "--deny-env",
        "--deny-data",
      ],
    ],
    silent: true,
  },
  {
    id: "GHSA-7w8p-chxq-2789",
    cve: "CVE-2025-48934",
    year: 2025,
    why: "all variables at once held the denied one",
    program: "variables",
    flags: [
      ["--allow-env", "--deny-env=SECRET_WORD"],
      ["--allow-env=VISIBLE,SECRET_WORD", "--deny-env=SECRET_*"],
    ],
  },
  {
    id: "GHSA-vg2r-rmgp-cgqj",
    cve: "CVE-2025-61785",
    year: 2025,
    why: "a file opened to read was changed through its handle",
    program: "handles",
    flags: [["--allow-read=docs", "--allow-write=out", "--deny-read=out", "--deny-write=docs"]],
  },
  {
    id: "GHSA-qq26-84mh-26j9",
    cve: "CVE-2025-61786",
    year: 2025,
    why: "a file opened to write told about itself through its handle",
    program: "handles",
    flags: [["--allow-read", "--allow-write", "--deny-read=out", "--deny-write=docs"]],
  },
  {
    id: "GHSA-8vxj-4cph-c596",
    cve: "CVE-2025-48935",
    year: 2025,
    why: "the text of a query opened files by itself",
    program: "queries",
    flags: [["--allow-data=kv"], ["-A"]],
  },
  {
    id: "GHSA-vc52-gwm3-8v2f",
    cve: "CVE-2023-33966",
    year: 2023,
    why: "a second door to the network had no guard",
    program: "every-door",
    flags: [[]],
    silent: true,
  },
  {
    id: "GHSA-v8fw-85r8-5m23",
    cve: "CVE-2026-49411",
    year: 2026,
    why: "an address in other digits slipped past its deny",
    program: "numeric-hosts",
    flags: [
      [
        "--allow-net",
        "--allow-net=localhost,127.0.0.1,[::1],local=yes",
        "--deny-net=127.0.0.0/8,[::1],0.0.0.0",
      ],
      ["--allow-net"],
    ],
    silent: true,
  },
  {
    id: "GHSA-cpgj-f7g3-2pp2",
    cve: "CVE-2026-49859",
    year: 2026,
    why: "a name was judged, the address behind it was not",
    program: "numeric-hosts",
    flags: [["--allow-net=localhost", "--deny-net=127.0.0.1,[::1]"]],
    silent: true,
  },
  {
    id: "GHSA-83pc-3rw9-qpwj",
    cve: "CVE-2026-49860",
    year: 2026,
    why: "WebSockets did not judge the address behind a name",
    program: "numeric-hosts",
    flags: [["--allow-net=localhost,127.0.0.2", "--deny-net=127.0.0.0/8,[::1]"]],
    silent: true,
  },
  {
    id: "GHSA-fhjh-jqv7-m238",
    cve: null,
    year: 2026,
    why: "an object that stands for a permission could be taken over to another address",
    program: "host-objects",
    flags: [["--allow-net={A}"]],
  },
  {
    id: "GHSA-rjhc-mq2r-fp9w",
    cve: null,
    year: 2026,
    why: "a file permission reached services behind sockets in the file system",
    program: "local-sockets",
    flags: [[...box, "--allow-net", "--allow-net=localhost"], ["-A"]],
    silent: true,
  },
  {
    id: "GHSA-f27p-cmv8-xhm6",
    cve: "CVE-2025-21620",
    year: 2025,
    why: "credentials went along to where a redirect led",
    program: "redirects",
    flags: [["--allow-net={A},{B}"]],
  },
  {
    id: "GHSA-rfc6-h225-3vxv",
    cve: "CVE-2024-37150",
    year: 2024,
    why: "credentials of one host were sent to another that it named",
    program: "redirects",
    flags: [["--allow-net={A}", "--allow-net={B}", "--deny-net={C}"]],
  },
  {
    id: "GHSA-x2qc-cmh9-f4hf",
    cve: "CVE-2026-55517",
    year: 2026,
    why: "bytes in an answer's head ended the process",
    program: "hostile-answers",
    flags: [["--allow-net=127.0.0.1"]],
  },
  {
    id: "GHSA-838h-jqp6-cf2f",
    cve: "CVE-2022-24783",
    year: 2022,
    why: "native code was in reach",
    program: "globals",
    flags: [[]],
  },
  {
    id: "GHSA-c25x-cm9x-qqgx",
    cve: "CVE-2023-28445",
    year: 2023,
    why: "a buffer was resized under a call that used it",
    program: "resized",
    flags: [["--allow-read=out", "--allow-write=out"]],
  },
  {
    id: "GHSA-p4r3-6jgx-4cj5",
    cve: null,
    year: 2026,
    why: "arguments ran code of the program inside a call, and said something else when asked again",
    program: "changing-arguments",
    flags: [["--allow-read=docs", "--allow-write=out", "--allow-net={A}", "--allow-env=VISIBLE"]],
  },
  {
    id: "GHSA-wrqv-pf6j-mqjp",
    cve: "CVE-2024-27935",
    year: 2023,
    why: "one buffer served two streams",
    program: "streams-apart",
    flags: [["--allow-read=out", "--allow-write=out", "--allow-net={A}"]],
  },
  {
    id: "GHSA-jc97-h3h9-7xh6",
    cve: "CVE-2023-26103",
    year: 2023,
    why: "a pattern took quadratic time over a header",
    program: "parsers",
    flags: [[]],
  },
];

export const loads: readonly LoadCase[] = [
  {
    id: "GHSA-xpwj-7v8q-mcgj",
    cve: "CVE-2021-32619",
    year: 2021,
    why: "imports of a module that was imported later were not judged",
    loads: Object.fromEntries(
      [
        secret,
        "/etc/passwd",
        "node:fs",
        "https://example.test/x.js",
        "data:text/javascript,export default 1",
        "file:///etc/passwd",
        "../outside/code.ts",
      ].map((target) => [
        target,
        {
          ...one('const { default: found } = await import("./inner.ts"); console.log(found);'),
          "inner.ts": `import found from ${JSON.stringify(target)}; export default found;`,
        },
      ]),
    ),
  },
  {
    id: "GHSA-968w-xfqw-vp9q",
    cve: "CVE-2026-49406",
    year: 2026,
    why: "a package's own description led out of its folder",
    loads: {
      main: pack({ main: `../../${secret}` }),
      module: pack({ module: `../../${secret}`, main: `../../${secret}` }),
      exports: pack({ exports: { ".": `./../../${secret}` } }),
      "exports, out of the package but not of the plugin": pack({
        exports: "./../../../outside/secret.json",
      }),
      conditions: pack({ exports: { ".": { import: `./../../${secret}`, default: `./../../${secret}` } } }),
      browser: pack({ main: "index.js", browser: { "./index.js": `../../${secret}` } }),
      imports: {
        ...one('import found from "#x"; console.log(JSON.stringify(found));'),
        "package.json": JSON.stringify({ imports: { "#x": `./${secret}` } }),
      },
      "a package that is a link": {
        ...one('import found from "linked"; console.log(JSON.stringify(found));'),
        "LINK node_modules/linked": "../../outside",
      },
      "an index that is a link": {
        ...pack({}),
        "LINK node_modules/evil/index.js": "../../../outside/secret.json",
      },
    },
  },
  {
    id: "GHSA-prvv-4rg3-43v6",
    cve: null,
    year: 2026,
    why: "a path that goes up again was judged as it was written",
    loads: Object.fromEntries(
      [
        "./vendor/../../outside/secret.json",
        "./node_modules/../../outside/secret.json",
        "./vendor/./../..//outside/secret.json",
        "./vendor\\..\\..\\outside\\secret.json",
        "./%2e%2e/outside/secret.json",
        "./link.json",
        "./linked/secret.json",
      ].flatMap((target) =>
        [
          ["import", `import found from ${JSON.stringify(target)}; console.log(JSON.stringify(found));`],
          [
            "later",
            `const found = await import(${JSON.stringify(target)}); console.log(JSON.stringify(found));`,
          ],
          [
            "computed",
            `const target = ${JSON.stringify(target)}; const found = await import(target + ""); console.log(JSON.stringify(found));`,
          ],
          ["export", `export * from ${JSON.stringify(target)}; console.log("loaded");`],
        ].map(([how, text = ""]) => [
          `${how} ${target}`,
          {
            ...one(text),
            "vendor/x.ts": "",
            "LINK link.json": "../outside/secret.json",
            "LINK linked": "../outside",
          },
        ]),
      ),
    ),
  },
];

/** Every way in which a thrown thing can be odd: the run ends with 1 and says something. */
export const odd: Named & { readonly throws: readonly string[] } = {
  id: "GHSA-2f8r-ppr9-ff8f",
  cve: null,
  year: 2026,
  why: "an error of an odd shape ended the process",
  throws: [
    "Object.assign(new Error('x'), { name: 7 })",
    "Object.assign(new Error('x'), { name: Symbol('n'), message: Symbol('m') })",
    "Object.defineProperty(new Error('x'), 'name', { get() { throw 1; } })",
    "Object.defineProperty(new Error('x'), 'message', { get() { return this.message; } })",
    "Object.defineProperty(new Error('x'), 'stack', { get() { throw new Error('again'); } })",
    "Object.assign(new Error('x'), { stack: { toString() { throw 1; } } })",
    "Object.create(null)",
    "Object.setPrototypeOf(new Error('x'), null)",
    "undefined",
    "null",
    "Symbol('s')",
    "1n",
    "() => 1",
    "''",
    "new Proxy({}, { get() { throw 2; } })",
    "new Proxy(new Error('x'), { getPrototypeOf() { throw 3; } })",
    "(() => { const e = new Error('x'); e.cause = e; return e; })()",
    "(() => { let e = new Error('x'); for (let i = 0; i < 5000; i += 1) e = new Error('y', { cause: e }); return e; })()",
    "Object.assign(new Error('\\u001b[2J' + 'x'.repeat(1e6)), { code: 'E_INTERNAL', kind: [] })",
    "new AggregateError([new AggregateError([])])",
    "{ then() { throw 4; } }",
    "Object.assign(new Error('x'), { toString: null, constructor: null })",
  ],
};

export const elsewhere: readonly ElsewhereCase[] = [
  {
    id: "GHSA-8xpq-cjcf-3wh9",
    cve: "CVE-2026-49401",
    year: 2026,
    why: "another spelling of a name, the same to the disk, slipped past its deny",
    heldBy: [
      ["test/unit/core/cover.test.ts", "case"],
      ["test/attacks/attacks.test.ts", "programs"],
    ],
  },
  {
    id: "GHSA-chqv-56wv-7564",
    cve: "CVE-2026-44726",
    year: 2026,
    why: "a second try went on without TLS",
    heldBy: [["test/unit/powers/net/tls.test.ts", "plain HTTP on a secure port is an error"]],
  },
  {
    id: "GHSA-mc52-jpm2-cqh6",
    cve: "CVE-2023-22499",
    year: 2023,
    why: "the screen was changed while a question was open",
    heldBy: [["test/e2e/prompt.test.ts", "the plugin's output waits while a question is open"]],
  },
  {
    id: "GHSA-vq67-rp93-65qf",
    cve: "CVE-2023-28446",
    year: 2023,
    why: "escape sequences in what is asked changed the question",
    heldBy: [
      ["test/e2e/prompt.test.ts", "escape sequences in a name reach no terminal"],
      ["test/fuzz/prompt.ts", "what the screen names is what a yes grants"],
    ],
  },
  {
    id: "GHSA-m4pq-fv2w-6hrw",
    cve: "CVE-2024-27936",
    year: 2024,
    why: "broken escape sequences were stripped into whole ones",
    heldBy: [["test/fuzz/prompt.ts", "no foreign control character"]],
  },
  {
    id: "GHSA-95cj-3hr2-7j5j",
    cve: "CVE-2024-32477",
    year: 2024,
    why: "what the terminal says by itself answered the question",
    heldBy: [["test/e2e/prompt.test.ts", "keys typed ahead do not answer"]],
  },
  {
    id: "GHSA-6q4w-9x56-rmwq",
    cve: "CVE-2024-27933",
    year: 2024,
    why: "standard input was exchanged for a file that says yes",
    heldBy: [["test/e2e/prompt.test.ts", "answers on standard input answer nothing"]],
  },
  {
    id: "GHSA-3j27-563v-28wf",
    cve: "CVE-2024-27934",
    year: 2024,
    why: "objects of the host were trusted when the program handed them over",
    heldBy: [["test/attacks/own.test.ts", "hostile-engine.mjs"]],
  },
];

const noPrograms =
  "no operation starts another program, and the engine's process cannot (test/attacks/walls.test.ts)";
export const nothing: readonly NothingCase[] = [
  {
    id: "GHSA-4c8g-jvcx-v4hv",
    cve: "CVE-2026-49983",
    year: 2026,
    why: "a helper filled variables from a file",
    nothing: "nothing can set a variable, and no helper reads one from a file",
  },
  {
    id: "GHSA-m2gf-x3f6-8hq3",
    cve: "CVE-2025-61787",
    year: 2025,
    why: "a batch file was started through a shell",
    nothing: noPrograms,
  },
  {
    id: "GHSA-m3c4-prhw-mrx6",
    cve: "CVE-2026-22864",
    year: 2026,
    why: "so it was when its name was in capitals",
    nothing: noPrograms,
  },
  {
    id: "GHSA-hmh4-3xvx-q5hr",
    cve: "CVE-2026-27190",
    year: 2026,
    why: "a shell read more characters as its own than were refused",
    nothing: noPrograms,
  },
  {
    id: "GHSA-4c96-w8v2-p28j",
    cve: "CVE-2026-32260",
    year: 2026,
    why: "and more again",
    nothing: noPrograms,
  },
  {
    id: "GHSA-7xh3-mhg9-jcw8",
    cve: "CVE-2026-49402",
    year: 2026,
    why: "and other ones on Windows",
    nothing: noPrograms,
  },
];
