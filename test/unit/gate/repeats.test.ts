/** Refusals in a loop are counted, and the counts are right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EnvTarget } from "../../../runtime/core/capability.ts";
import { Audit, type AuditDecision, type AuditRecord } from "../../../runtime/gate/audit.ts";
import { TurnableClock } from "../../support/world.ts";

function audited(): {
  audit: Audit;
  records: AuditRecord[];
  refuse: (name: string, decision?: AuditDecision) => string;
} {
  const records: AuditRecord[] = [];
  const audit = new Audit(
    { append: (record) => String(records.push(record)) },
    { run: "R", plugin: { id: "p", version: "", content: "" } },
    new TurnableClock(),
    () => new Set(),
  );
  const target = (name: string): EnvTarget => ({ kind: "env", name, words: name });
  return {
    audit,
    records,
    refuse: (name, decision = "denied") =>
      audit.decision("env.get", target(name), decision, "no grant", "E_ENV"),
  };
}

const sum = (records: readonly AuditRecord[]): number =>
  records.filter(({ decision }) => decision !== undefined).reduce((all, { count = 1 }) => all + count, 0);

describe("refusals that repeat", () => {
  test("are written each at first, then one record for as many as there were", () => {
    const { audit, records, refuse } = audited();
    for (let n = 0; n < 1000; n += 1) refuse("A");
    expect(records.map(({ count }) => count ?? 1)).toEqual([...new Array(16).fill(1), 16, 32, 64, 128, 256]);
    audit.event("run.end", "done", "0");
    expect(records.map(({ op, count }) => [op, count ?? 1]).slice(-2)).toEqual([
      ["env.get", 488],
      ["run.end", 1],
    ]);
    expect(sum(records)).toBe(1000);
  });

  test("name the last record that stands for them", () => {
    const { records, refuse } = audited();
    const ids = Array.from({ length: 20 }, () => refuse("A"));
    expect(ids.at(0)).toBe("1");
    expect(ids.at(-1)).toBe("16");
    expect(records).toHaveLength(16);
  });

  test("about very many things are counted together in the end, and say so", () => {
    const { audit, records, refuse } = audited();
    for (let n = 0; n < 100_000; n += 1) refuse(`V${n}`);
    audit.event("limit", "time", "124");
    expect(sum(records)).toBe(100_000);
    expect(records.length).toBeLessThan(1100);
    expect(records.filter(({ mixed }) => mixed).length).toBeGreaterThan(3);
    expect(records.filter(({ mixed, count }) => mixed && (count ?? 1) < 2)).toEqual([]);
  });

  test("are not mixed with what was allowed, which is written each time", () => {
    const { records, refuse } = audited();
    for (let n = 0; n < 100; n += 1) refuse("A", "allowed");
    expect(records).toHaveLength(100);
  });

  test("are all counted, whatever their order, and half of them at any moment", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom("A", "B", "C"), fc.constantFrom("denied", "suppressed", "allowed")),
          { maxLength: 400 },
        ),
        (all) => {
          const { audit, records, refuse } = audited();
          all.forEach(([name, decision], n) => {
            refuse(name, decision as AuditDecision);
            expect(sum(records) * 2).toBeGreaterThanOrEqual(n + 1);
          });
          audit.event("run.end", "done", "0");
          for (const name of ["A", "B", "C"])
            for (const decision of ["denied", "suppressed", "allowed"])
              expect(sum(records.filter((one) => one.resource === name && one.decision === decision))).toBe(
                all.filter(([a, b]) => a === name && b === decision).length,
              );
        },
      ),
      { numRuns: 100 },
    );
  });
});
