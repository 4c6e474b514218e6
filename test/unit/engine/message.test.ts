import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FROM_ENGINE } from "../../../runtime/engine/channel.ts";
import { readMessage } from "../../../runtime/engine/message.ts";

const { ready, call, out, idle, fail } = FROM_ENGINE;
const read = (type: number, head: unknown, id = 1) =>
  readMessage({
    type,
    id,
    head: typeof head === "string" ? head : JSON.stringify(head),
    body: Buffer.from("b"),
  });
const error = { name: "Error", message: "m", stack: "s", kind: "uncaught" };

describe("messages are read", () => {
  const cases = [
    {
      why: "ready",
      type: ready,
      head: { walls: ["a"], pid: 3 },
      gives: { type: "ready", walls: ["a"], pid: 3 },
    },
    {
      why: "a call",
      type: call,
      head: { op: "a.b", args: [1] },
      gives: { type: "call", op: "a.b", args: [1] },
    },
    { why: "a call with its site", type: call, head: { op: "a", args: 0, at: "x" }, gives: { at: "x" } },
    {
      why: "a call without arguments",
      type: call,
      head: { op: "a" },
      gives: { type: "call", args: undefined },
    },
    { why: "output, whatever its head", type: out, head: "junk", gives: { type: "out", stream: 1 } },
    {
      why: "idle",
      type: idle,
      head: { main: "done", wake: 1.5, refs: 0 },
      gives: { main: "done", wake: 1.5, seen: 1 },
    },
    {
      why: "failure, clipped",
      type: fail,
      head: { error: { ...error, name: "N".repeat(1e6) } },
      gives: { type: "fail", error: { ...error, name: "N".repeat(256) } },
    },
    {
      why: "failure with wrong texts",
      type: fail,
      head: { error: { kind: "memory", message: 5 } },
      gives: { error: { name: "Error", message: "", stack: "", kind: "memory" } },
    },
  ];
  test.each(cases)("$why", ({ type, head, gives }) => {
    expect(read(type, head)).toMatchObject(gives);
  });
});

describe("an engine that says something else is at fault", () => {
  const cases = [
    { why: "unknown type", type: 6, head: {} },
    { why: "type 0", type: 0, head: {} },
    { why: "no JSON", type: call, head: "{" },
    { why: "empty head", type: call, head: "" },
    { why: "JSON that is no object", type: call, head: [1] },
    { why: "null", type: idle, head: "null" },
    { why: "an operation that is no text", type: call, head: { op: 1 } },
    { why: "a long operation name", type: call, head: { op: "x".repeat(129) } },
    { why: "a call site that is no text", type: call, head: { op: "x", at: {} } },
    { why: "negative wake", type: idle, head: { main: "done", wake: -1, refs: 0 } },
    { why: "missing wake", type: idle, head: { main: "done", refs: 0 } },
    { why: "infinite refs", type: idle, head: '{"main":"done","wake":null,"refs":1e999}' },
    { why: "unknown main", type: idle, head: { main: "x", wake: null, refs: 0 } },
    { why: "walls that are no list", type: ready, head: { walls: "x", pid: 1 } },
    { why: "walls that are no texts", type: ready, head: { walls: [1], pid: 1 } },
    { why: "failure of an unknown kind", type: fail, head: { error: { ...error, kind: "x" } } },
    { why: "failure without an error", type: fail, head: {} },
  ];
  test.each(cases)("$why", ({ type, head }) => {
    expect(read(type, head)).toMatchObject({ type: "fault", reason: expect.any(String) });
  });

  test("output to a third stream", () => {
    expect(read(out, "", 3)).toMatchObject({ type: "fault" });
  });

  test("nothing makes it throw", () => {
    fc.assert(
      fc.property(fc.nat(7), fc.oneof(fc.json(), fc.string()), fc.nat(), (type, head, id) => {
        readMessage({ type, id, head, body: new Uint8Array(0) });
      }),
    );
  });
});
