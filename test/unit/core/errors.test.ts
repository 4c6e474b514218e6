import { describe, expect, test } from "vitest";
import { type ErrorCode, errorTable, exitCodeOf, fail, isSbxError } from "../../../runtime/core/errors.ts";

const codes = Object.keys(errorTable) as ErrorCode[];

test("the list of codes is the contract's, no more and no less", () => {
  const contract =
    "E_READ E_WRITE E_NET E_NET_LOCAL E_DATA E_ENV E_HOST E_FLOW E_EXPIRED E_REVOKED E_LIMIT_TIME E_LIMIT_MEMORY E_LIMIT_STACK E_LIMIT_OUTPUT E_LIMIT_HANDLES E_LIMIT_CALLS E_LIMIT_BYTES E_IMPORT E_INTEGRITY E_SIGNATURE E_MANIFEST E_POLICY E_CATALOG E_USAGE E_NOT_FOUND E_EXISTS E_INVALID E_UNAVAILABLE E_INTERNAL";
  expect(codes.toSorted()).toEqual(contract.split(" ").toSorted());
});

const exits: readonly { why: string; codes: ErrorCode[]; exit: number }[] = [
  {
    why: "denials end with 77",
    codes: [
      "E_READ",
      "E_WRITE",
      "E_NET",
      "E_NET_LOCAL",
      "E_DATA",
      "E_ENV",
      "E_HOST",
      "E_FLOW",
      "E_EXPIRED",
      "E_REVOKED",
    ],
    exit: 77,
  },
  { why: "time ends with 124", codes: ["E_LIMIT_TIME"], exit: 124 },
  {
    why: "the other limits end with 125",
    codes: [
      "E_LIMIT_MEMORY",
      "E_LIMIT_STACK",
      "E_LIMIT_OUTPUT",
      "E_LIMIT_HANDLES",
      "E_LIMIT_CALLS",
      "E_LIMIT_BYTES",
    ],
    exit: 125,
  },
  { why: "what the plugin got wrong ends with 1", codes: ["E_IMPORT", "E_EXISTS", "E_INVALID"], exit: 1 },
  { why: "wrong usage ends with 2", codes: ["E_USAGE"], exit: 2 },
  { why: "damage ends with 65", codes: ["E_INTEGRITY", "E_SIGNATURE"], exit: 65 },
  { why: "what is not there ends with 66", codes: ["E_NOT_FOUND"], exit: 66 },
  { why: "what this machine lacks ends with 69", codes: ["E_UNAVAILABLE"], exit: 69 },
  { why: "a defect of ours ends with 70", codes: ["E_INTERNAL"], exit: 70 },
  { why: "malformed configuration ends with 78", codes: ["E_MANIFEST", "E_POLICY", "E_CATALOG"], exit: 78 },
];

describe("exit codes:", () => {
  test.each(exits)("$why", ({ codes: some, exit }) =>
    expect(some.map(exitCodeOf)).toEqual(some.map(() => exit)),
  );
  test("every code is in the table above", () =>
    expect(exits.flatMap((row) => row.codes).toSorted()).toEqual(codes.toSorted()));
  test.each([undefined, "E_MADE_UP", "constructor", "__proto__"])(
    "a plugin's own code %s ends with 1",
    (code) => expect(exitCodeOf(code)).toBe(1),
  );
});

test("every code has a title and a remedy", () => {
  for (const row of Object.values(errorTable)) {
    expect(row.title).toMatch(/^[a-z].*[^.]$/);
    expect(row.remedy.length).toBeGreaterThan(5);
  }
});

test("a plugin sees neither the cause, nor what is for the person, nor our stack", () => {
  const error = fail("E_READ", "may not read a", {
    kind: "read",
    resource: "a",
    remedy: "--allow-read=a",
    cause: new Error("/home/ana/a"),
    person: { resolved: "/home/ana/a", remedy: "--allow-read=/home/ana/a", record: "7" },
  });
  expect(error.toGuest()).toEqual({
    name: "PermissionDenied",
    code: "E_READ",
    message: "may not read a",
    kind: "read",
    resource: "a",
    remedy: "--allow-read=a",
  });
  expect(JSON.stringify(error.toGuest())).not.toContain("ana");
  expect(isSbxError(error)).toBe(true);
  expect(error.cause).toBeInstanceOf(Error);
});
