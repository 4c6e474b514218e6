/** `sbx:fs` as a plugin sees it: the built executable, a real folder. What the powers do beneath is tested in test/unit/powers/files. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sbx-e2e-files-")));
  mkdirSync(join(root, "docs/many"), { recursive: true });
  mkdirSync(join(root, "out"));
  writeFileSync(join(root, "docs/notes.md"), "h\u00e9llo\n");
  writeFileSync(join(root, "docs/bom.txt"), "\ufeffx");
  writeFileSync(join(root, "docs/a b%.txt"), "spaced");
  symlinkSync("notes.md", join(root, "docs/link"));
  for (let n = 0; n < 2500; n += 1) writeFileSync(join(root, `docs/many/${String(n).padStart(4, "0")}`), "");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the expression is when awaited, as JSON; a failure as "Name CODE". */
function evaluate(expression: string, env: Record<string, string> = {}): unknown {
  const source = `import * as fs from "sbx:fs";
const root = ${JSON.stringify(root)};
const value = async () => (${expression});
try { console.log(JSON.stringify(await value()) ?? "undefined"); }
catch (error) { console.log(JSON.stringify([error.name, error.code].filter(Boolean).join(" "))); }`;
  writeFileSync(join(root, "main.ts"), source);
  const grants = ["--allow-read=./docs", "--allow-read=./out", "--allow-write=./out", "--no-prompt"];
  const text = execFileSync(sbx, ["run", ...grants, "main.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, SBX_HOME: join(root, "home"), HOME: root, ...env },
  }).trim();
  return text === "undefined" ? undefined : JSON.parse(text);
}

describe("sbx:fs", () => {
  const rows: [string, string, unknown][] = [
    ["text is decoded", 'await fs.readTextFile("docs/notes.md")', "h\u00e9llo\n"],
    ["a byte order mark is kept, as in Deno", 'await fs.readTextFile("docs/bom.txt")', "\ufeffx"],
    ["bytes are bytes", '[...await fs.readFile("docs/notes.md")].slice(0, 3)', [0x68, 0xc3, 0xa9]],
    [
      "a file URL is a path, percent signs decoded",
      'await fs.readTextFile(new URL("file://" + root + "/docs/a%20b%25.txt"))',
      "spaced",
    ],
    [
      "a URL as text is only a strange name",
      'await fs.readTextFile("file://" + root + "/docs/notes.md")',
      "PermissionDenied E_READ",
    ],
    [
      "a URL of another machine is refused",
      'await fs.readTextFile(new URL("file://host/docs/notes.md"))',
      "TypeError",
    ],
    ["an encoded slash is refused", 'await fs.readTextFile(new URL("file:///docs%2fnotes.md"))', "TypeError"],
    [
      "what only looks like a URL is refused",
      'await fs.readTextFile({ href: "file:///docs/notes.md", protocol: "file:" })',
      "TypeError",
    ],
    ["so are bytes as a path", "await fs.readTextFile(new Uint8Array([47]))", "TypeError"],
    ["a path without a grant is denied", 'await fs.stat("/etc/passwd")', "PermissionDenied E_READ"],
    ["what is granted and missing is not found", 'await fs.stat("docs/none")', "NotFound E_NOT_FOUND"],
    [
      "existence is told where it is granted",
      '[await fs.exists("docs/link"), await fs.exists("docs/none")]',
      [true, false],
    ],
    ["existence is not told elsewhere", 'await fs.exists("/etc/none")', "PermissionDenied E_READ"],
    [
      "a text is written and read back",
      'await fs.writeTextFile("out/t", "a\u{1f600}"), await fs.appendFile("out/t", "!"), await fs.readTextFile("out/t")',
      "a\u{1f600}!",
    ],
    [
      "views are written as what they show",
      'await fs.writeFile("out/v", new Uint8Array([1, 2, 3, 4]).subarray(1, 3)), [...await fs.readFile("out/v")]',
      [2, 3],
    ],
    ["a number is no text", 'await fs.writeTextFile("out/n", 42)', "TypeError"],
    ["an object is no content", 'await fs.writeFile("out/n", { length: 3 })', "TypeError"],
    [
      "a wrong option is an invalid argument",
      'await fs.mkdir("out/m", { mode: 0o7777 })',
      "InvalidArgument E_INVALID",
    ],
    ["times are dates", '(await fs.stat("docs/notes.md")).mtime instanceof Date', true],
    [
      "a link itself is told from what it leads to",
      '[(await fs.lstat("docs/link")).isSymlink, (await fs.stat("docs/link")).isSymlink]',
      [true, false],
    ],
    [
      "a listing can be looped over at once",
      '(await Array.fromAsync(fs.readDir("docs"), (entry) => entry.name)).join()',
      "a b%.txt,bom.txt,link,many,notes.md",
    ],
    [
      "or awaited first, and twice",
      'await (async () => { const all = await fs.readDir("docs"); let n = 0; for await (const e of all) n++; for await (const e of all) n++; return n; })()',
      10,
    ],
    ["awaiting a listing shows a denial", 'await fs.readDir("/etc")', "PermissionDenied E_READ"],
    [
      "looping over it too",
      'await (async () => { for await (const entry of fs.readDir("/etc")) return entry; })()',
      "PermissionDenied E_READ",
    ],
    [
      "a long listing comes whole and in order",
      'await (async () => { let last = "", n = 0; for await (const { name } of fs.readDir("docs/many")) { if (name <= last) return name; last = name; n++; } return n; })()',
      2500,
    ],
    [
      "a loop that ends early gives its handle back",
      'await (async () => { for (let i = 0; i < 300; i++) for await (const entry of fs.readDir("docs/many")) break; return "fine"; })()',
      "fine",
    ],
    [
      "a file is moved and copied",
      'await fs.copyFile("docs/notes.md", "out/c"), await fs.rename("out/c", "out/d"), [await fs.exists("out/c"), await fs.exists("out/d")]',
      [false, true],
    ],
    [
      "nothing is moved out of what is only read",
      'await fs.rename("docs/notes.md", "out/x")',
      "PermissionDenied E_WRITE",
    ],
    [
      "folders come and go",
      'await fs.mkdir("out/a/b", { recursive: true }), await fs.remove("out/a", { recursive: true }), await fs.exists("out/a")',
      false,
    ],
    [
      "the granted folder itself stays",
      'await fs.remove("out", { recursive: true })',
      "PermissionDenied E_WRITE",
    ],
    [
      "temporary folders are made where it is said",
      '(await fs.makeTempDir({ dir: "out", prefix: "t-" })).startsWith(root + "/out/t-")',
      true,
    ],
    [
      "a prefix cannot lead elsewhere",
      'await fs.makeTempDir({ dir: "out", prefix: "../x" })',
      "InvalidArgument E_INVALID",
    ],
    [
      "without a folder it is the system's, which needs a grant",
      "await fs.makeTempDir()",
      "PermissionDenied E_WRITE",
    ],
    ["the real path", '(await fs.realPath("docs/link")).slice(root.length)', "/docs/notes.md"],
    ["nothing is /dev/null", '(await fs.readFile("/dev/null")).length', 0],
  ];
  for (const [why, expression, gives] of rows) test(why, () => expect(evaluate(expression)).toEqual(gives));
});

describe("a file handle", () => {
  const opened = (options: string, body: string): string =>
    `await (async () => { await fs.writeTextFile("out/h", "0123456789"); const file = await fs.open("out/h", ${options}); ${body} })()`;
  const rows: [string, string, unknown][] = [
    [
      "reads into a buffer, and null at the end",
      opened(
        "{}",
        "const b = new Uint8Array(8); const r = [await file.read(b), await file.read(b), await file.read(b), b[0]]; await file.close(); return r;",
      ),
      [8, 2, null, 0x38],
    ],
    ["reads nothing into no room", opened("{}", "return file.read(new Uint8Array(0));"), 0],
    [
      "writes where it stands",
      opened(
        "{ read: true, write: true }",
        'await file.seek(2); await file.write(new TextEncoder().encode("xy")); await file.close(); return fs.readTextFile("out/h");',
      ),
      "01xy456789",
    ],
    [
      "opened to write cannot read",
      opened("{ write: true }", "return file.read(new Uint8Array(1));"),
      "InvalidArgument E_INVALID",
    ],
    [
      "opened to read cannot write",
      opened("{}", "return file.write(new Uint8Array(1));"),
      "InvalidArgument E_INVALID",
    ],
    [
      "is dead when closed",
      opened("{}", "await file.close(); await file.close(); return file.read(new Uint8Array(1));"),
      "InvalidArgument E_INVALID",
    ],
    [
      "closes itself with `await using`",
      opened("{}", "{ await using same = file; } return file.stat();"),
      "InvalidArgument E_INVALID",
    ],
    ["cannot be forged", opened("{}", "return new file.constructor({}, 1);"), "TypeError"],
    [
      "streams out",
      opened(
        "{}",
        'let text = ""; for await (const piece of file.readable) text += new TextDecoder().decode(piece); return text;',
      ),
      "0123456789",
    ],
    [
      "reads as much at once as one likes, each its own bytes",
      `await (async () => {
        const PIECE = 1024 * 1024;
        const bytes = new Uint8Array(8 * PIECE);
        for (let at = 0; at < bytes.length; at += 4096) bytes[at] = at / 4096 / 8;
        await fs.writeFile("out/pieces", bytes);
        const file = await fs.open("out/pieces");
        const pieces = Array.from({ length: 8 }, () => new Uint8Array(PIECE));
        await Promise.all(pieces.map((piece) => file.read(piece)));
        const wrong = (piece, n) => {
          for (let at = 0; at < PIECE; at += 4096)
            if (piece[at] !== (((n * PIECE + at) / 4096 / 8) & 255)) return true;
          return false;
        };
        return pieces.filter(wrong).length;
      })()`,
      0,
    ],
    [
      "streams in",
      opened(
        "{ write: true, truncate: true }",
        'const writer = file.writable.getWriter(); await writer.write(new Uint8Array([65])); await writer.write(new Uint8Array([66])); await writer.close(); return fs.readTextFile("out/h");',
      ),
      "AB",
    ],
    [
      "copies by piping",
      opened(
        "{}",
        'const to = await fs.open("out/piped", { write: true, create: true, truncate: true }); await file.readable.pipeTo(to.writable); return fs.readTextFile("out/piped");',
      ),
      "0123456789",
    ],
    [
      "shows no more than its name",
      opened("{}", "return [file.constructor.name, Object.keys(file), String(file)];"),
      ["FileHandle", [], "[object FileHandle]"],
    ],
  ];
  for (const [why, expression, gives] of rows) test(why, () => expect(evaluate(expression)).toEqual(gives));
});
