import { expect, test } from "vitest";
import { exitOf } from "../../../runtime/engine/hosts/exit.ts";

const cases = [
  { why: "a forbidden system call", code: null, signal: "SIGSYS", said: undefined, kind: "forbidden" },
  { why: "V8's fatal error", code: null, signal: "SIGTRAP", said: undefined, kind: "fatal" },
  { why: "abort", code: null, signal: "SIGABRT", said: undefined, kind: "fatal" },
  { why: "a native stack that ran over", code: null, signal: "SIGSEGV", said: undefined, kind: "fatal" },
  { why: "somebody else's kill", code: null, signal: "SIGKILL", said: undefined, kind: "unexpected" },
  { why: "an exit of its own", code: 0, signal: null, said: undefined, kind: "unexpected" },
  { why: "a wall that could not be built", code: 69, signal: null, said: "seal: limits", kind: "unsealed" },
];
test.each(cases)("$why is $kind", ({ code, signal, said, kind }) => {
  expect(exitOf(code, signal, said).kind).toBe(kind);
});
