/** The attack and benign programs, each against the built executable, judged from outside (programs/FORMAT.md). What does not hold yet
 *  stands in known-failures.json with a reason; an entry that holds again fails here, so that the list only shrinks. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import known from "./known-failures.json" with { type: "json" };

/** Families whose kinds this version has; the others come with host applications and packages. */
const families = ["engine", "resource", "fs", "net", "prompt", "exfil"];
/** Sends how long refusals took, in steps of 5 ms: nothing that is labelled is touched, but on a busy machine no two runs are alike. */
const timesItself = ["562"];

const root = join(import.meta.dirname, "../..");
const programs = join(import.meta.dirname, "programs");
const report = join(root, "dist/attacks-report.json");
const { loadCorpus } = (await import(join(programs, "harness/corpus.mjs"))) as {
  loadCorpus(folder: string): { id: string; name: string; family: string; half: string }[];
};

interface Verdict {
  readonly id: string;
  readonly half: string;
  readonly verdict: "PASS" | "FAIL" | "SKIP";
  readonly reason?: string;
}

const chosen = loadCorpus(programs).filter(
  ({ id, family, half }) => half === "benign" || (families.includes(family) && !timesItself.includes(id)),
);
const keyOf = ({ half, id }: { half: string; id: string }): string => `${half}/${id}`;
const verdicts = new Map<string, Verdict>();

function runPrograms(): Promise<void> {
  const only = chosen.map(keyOf).join(",");
  const child = spawn(
    process.execPath,
    [join(programs, "run.mjs"), "--sbx", join(root, "dist/sbx"), "--only", only, "--json", report],
    { stdio: "ignore" },
  );
  return new Promise((done) => child.on("close", () => done()));
}

describe.skipIf(process.platform !== "linux")("attack and benign programs", () => {
  beforeAll(async () => {
    await runPrograms();
    if (!existsSync(report)) throw new Error("the programs were not run");
    for (const verdict of JSON.parse(readFileSync(report, "utf8")) as Verdict[])
      verdicts.set(keyOf(verdict), verdict);
  }, 900_000);

  it.each(chosen.map((program) => [`${keyOf(program)} ${program.name}`, program] as const))(
    "%s",
    (_, program) => {
      const verdict = verdicts.get(keyOf(program));
      const reason = (known as Record<string, string>)[keyOf(program)];
      if (reason !== undefined)
        expect(verdict?.verdict, `holds again, take it off the list: ${reason}`).toBe("FAIL");
      else if (verdict?.verdict === "SKIP") console.warn(`SKIPPED ${keyOf(program)}: ${verdict.reason}`);
      else expect(verdict, verdict?.reason).toMatchObject({ verdict: "PASS" });
    },
  );
});
