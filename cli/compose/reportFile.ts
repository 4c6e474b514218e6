/** Writes the account of a run where `--report` says: whole or not at all. A device or a pipe is written to in place. */
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fail } from "../../runtime/core/errors.ts";
import type { RunReport } from "./runReport.ts";

/** @throws SbxError E_UNAVAILABLE; what stood there before then still stands. */
export function writeReport(path: string, report: RunReport): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const draft = `${path}.${process.pid}.draft`;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) return writeFileSync(path, text);
    writeFileSync(draft, text, { flag: "wx" });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    const remedy = "free space or fix its permissions, or name another file: --report=FILE";
    throw fail("E_UNAVAILABLE", `the report ${path} cannot be written (${code})`, { cause, remedy });
  }
}
