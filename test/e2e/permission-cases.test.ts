/** The questions about files to which another runtime had answers, put to the built executable: every row that has an operation here does it,
 *  on the real tree, under the row's flags, with nobody to ask. What the policy says of all rows is tested in test/conformance. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import cases from "../conformance/permission-cases/cases.json" with { type: "json" };
import { differs } from "../conformance/permission-cases/differences.ts";
import type { Case } from "../conformance/permission-cases/judge.ts";
import { makeTree } from "../conformance/permission-cases/tree.ts";
import { sbx } from "../support/build.ts";

/** What a row's operation is called here, as a body of `async (path, to) =>`. */
const operations: Readonly<Record<string, string>> = {
  readFile: "await fs.readFile(path)",
  readDir: "for await (const _ of fs.readDir(path)) break",
  stat: "await fs.stat(path)",
  lstat: "await fs.lstat(path)",
  realPath: "await fs.realPath(path)",
  writeFile: 'await fs.writeTextFile(path, "x")',
  append: 'await fs.appendFile(path, "x")',
  truncate: "await using file = await fs.open(path, { write: true }); await file.truncate(0)",
  mkdir: "await fs.mkdir(path)",
  remove: "await fs.remove(path)",
  removeR: "await fs.remove(path, { recursive: true })",
  rename: "await fs.rename(path, to)",
  copy: "await fs.copyFile(path, to)",
};

const operationOf = ({ op, kind }: Case): string | undefined =>
  operations[op ?? (kind === "read" ? "stat" : "append")];

/** Only what lies in the tree is ever changed. */
const isSafe = ({ kind, request }: Case): boolean =>
  kind === "read" || (request !== null && (request.startsWith("{{FX}}") || !request.startsWith("/")));

const rows = (cases as Case[])
  .filter(
    ({ kind, platform, request }) => (kind === "read" || kind === "write") && !platform && request !== null,
  )
  .filter((one) => operationOf(one) !== undefined && isSafe(one))
  .filter(({ id }) => !differs.get(id)?.because.startsWith("there is no such operation"))
  .map((one) => ({
    one,
    expected: differs.get(one.id)?.is ?? one.expect,
    why: `${one.id} ${one.op ?? one.kind} ${(one.request as string).slice(0, 60)}: ${differs.get(one.id)?.because ?? one.note}`,
  }));

/** What names no path at all is no valid argument, and is refused before anything is asked: an encoded slash in a file URL, a NUL. */
const noPath: ReadonlySet<string> = new Set(["c078", "c147"]);

const top = mkdtempSync(join(tmpdir(), "sbx-cases-"));
const trees: string[] = [top];
afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});
mkdirSync(join(top, "home"));
const program = join(top, "main.ts");
writeFileSync(
  program,
  `import * as fs from "sbx:fs";
import { args } from "sbx:plugin";
const [name, form, words, to] = JSON.parse(args[0]!);
const path: string | URL = form === "url" ? new URL(words) : words;
const operations: Record<string, () => Promise<unknown>> = {
${Object.entries(operations)
  .map(([name, text]) => `  ${name}: async () => { ${text}; },`)
  .join("\n")}
};
try { await operations[name]!(); console.log("done"); }
catch (thrown) { const error = thrown as Error & { code?: string }; console.log(error.name === "PermissionDenied" ? "denied" : "done, and failed: " + (error.code ?? error.name)); }
`,
);

describe.skipIf(process.platform !== "linux")("a question of another runtime, on the built file:", () => {
  test.each(rows)("$why", ({ one, expected }) => {
    const root = makeTree();
    trees.push(root);
    const placed = (text: string): string => text.replaceAll("{{FX}}", root);
    const name = one.op ?? (one.kind === "read" ? "stat" : "append");
    const words = [
      name,
      one.request_is_url_object ? "url" : "path",
      placed(one.request as string),
      one.to ?? "",
    ];
    const ran = spawnSync(
      sbx,
      ["run", program, ...one.granted.map(placed), "--no-prompt", "--quiet", "--", JSON.stringify(words)],
      {
        cwd: root,
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: join(top, "home"), SBX_HOME: join(top, "sbx") },
      },
    );
    if (expected === "refused at start") return expect(ran.status).toBe(2);
    const said = ran.stdout.trim();
    if (noPath.has(one.id)) return expect(said).toMatch(/^done, and failed: (TypeError|E_INVALID)$/);
    if (expected === "granted") expect(said).toMatch(/^done/);
    // What is ignored is not there.
    else
      expect(said).toMatch(
        one.granted.some((flag) => flag.startsWith("--ignore")) ? /E_NOT_FOUND$/ : /^denied$/,
      );
    return undefined;
  });
});
