import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verify } from "../../../cli/auditLog.ts";
import { openAuditFile } from "../../../runtime/powers/own/auditFile.ts";

function written(runs: readonly string[], records = 3): string {
  const path = join(mkdtempSync(join(tmpdir(), "sbx-audit-")), "audit.jsonl");
  const files = runs.map((run) => ({ run, file: openAuditFile(path, run) }));
  for (let i = 0; i < records; i += 1)
    for (const { run, file } of files)
      file.append({
        run,
        op: i === records - 1 ? "run.end" : "fs.readFile",
        resource: `/home/ada/${i}"\u2028`,
        plugin: { id: "p" },
        labels: [],
      });
  for (const { file } of files) file.close();
  return path;
}

const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);

const damages: readonly { why: string; edit: (lines: string[]) => string[]; line: number | null }[] = [
  { why: "an untouched file is whole", edit: (all) => all, line: null },
  { why: "a changed word", edit: (all) => all.with(1, (all[1] ?? "").replace("ada", "eve")), line: 2 },
  {
    why: "a changed hash",
    edit: (all) => all.with(1, (all[1] ?? "").replace(/"hash":"./, '"hash":"_')),
    line: 2,
  },
  { why: "a removed record", edit: (all) => all.toSpliced(1, 1), line: 2 },
  { why: "a removed first record", edit: (all) => all.toSpliced(0, 1), line: 1 },
  { why: "a record twice", edit: (all) => all.toSpliced(1, 0, all[1] ?? ""), line: 3 },
  { why: "two records in another order", edit: ([a = "", b = "", c = ""]) => [a, c, b], line: 2 },
  { why: "a torn record", edit: (all) => all.with(2, (all[2] ?? "").slice(0, 30)), line: 3 },
  { why: "a line that is not a record", edit: (all) => [...all, '{"run":"x"}'], line: 4 },
];

describe("verify", () => {
  for (const { why, edit, line } of damages)
    test(why, async () => {
      const path = written(["A"]);
      writeFileSync(
        path,
        edit(lines(path))
          .map((text) => `${text}\n`)
          .join(""),
      );
      const { faults } = await verify([path]);
      if (line === null) expect(faults).toEqual([]);
      else expect(faults[0]).toMatchObject({ file: path, line });
    });

  test("follows several runs in one file", async () => {
    const path = written(["A", "B", "C"]);
    expect(await verify([path])).toMatchObject({ runs: 3, records: 9, unfinished: 0, faults: [] });
  });
  test("a cut-off end shows as a run without one", async () => {
    const path = written(["A"]);
    writeFileSync(
      path,
      lines(path)
        .slice(0, 2)
        .map((text) => `${text}\n`)
        .join(""),
    );
    expect(await verify([path])).toMatchObject({ unfinished: 1, faults: [] });
  });
  test("a file that is not there is said", async () => {
    await expect(verify(["/nonexistent/audit.jsonl"])).rejects.toMatchObject({ code: "E_NOT_FOUND" });
  });
});
