import { describe, expect, test } from "vitest";
import { callsIn } from "../../../runtime/engine/transpile/calls.ts";

/** `^` stands right behind the place that the engine names, `>` before the call that is meant. */
const rows: readonly { why: string; text: string; callee: string }[] = [
  { why: "a call without arguments", text: ">f(^)", callee: "f" },
  { why: "a call whose last argument calls too", text: ">f(a, g(^b))", callee: "f" },
  { why: "the inner one of two", text: "f(a, >g(^b))", callee: "g" },
  { why: "a method", text: "a.b.>read(x, y(^z))", callee: "read" },
  { why: "an optional call", text: "a.>read?.(y(^z))", callee: "read" },
  { why: "a construction", text: ">new Foo(bar(^x))", callee: "new Foo" },
  { why: "a construction by a path of names", text: ">new a.b.Foo(bar(^x))", callee: "new Foo" },
  { why: "a call in a template's hole", text: ["`x", "{>f(^1)}y`"].join("$"), callee: "f" },
  { why: "a call behind a template that looks like code", text: "`f(` + >f(^1)", callee: "f" },
  { why: "a call behind a pattern that looks like code", text: "x = /f(/; >f(^1)", callee: "f" },
  { why: "a call behind a division", text: "x = a / b; >f(^1) / 2", callee: "f" },
  { why: "a call behind a pattern with a class", text: "x = /[/(]/g; >f(^1)", callee: "f" },
  { why: "a call behind a text that looks like code", text: "'f(' + \"g(\" + >f(^1)", callee: "f" },
  { why: "a call behind a comment that looks like code", text: "/* f( */ // g(\n>f(^1)", callee: "f" },
];

describe("the call that is meant is", () => {
  for (const { why, text, callee } of rows)
    test(why, () => {
      const at = text.indexOf(">");
      const place = text.replace(">", "").indexOf("^");
      const code = text.replace(/[>^]/g, "");
      expect(callsIn(code).around(place, callee)).toBe(at);
    });
});

test("what is never closed is no error", () => {
  for (const text of ["`${", "`a\\", "f(", "'a\\", "/a", "/[", "/*", "new", "}", ")", "`${`${`"])
    expect(callsIn(text).around(text.length, "f"), text).toBe(text === "f(" ? 0 : undefined);
});

describe("the time grows with the text and not faster:", () => {
  const shapes: readonly { why: string; text: (n: number) => string }[] = [
    { why: "classes inside of classes", text: (n) => `${"a={}/[".repeat(n)}0${"]".repeat(n)}` },
    { why: "slashes that open nothing", text: (n) => "({}/".repeat(n) },
    { why: "templates that never end", text: (n) => `\`${"a".repeat(n)}\\` },
    { why: "holes inside of holes", text: (n) => "`${".repeat(n) },
    { why: "calls inside of calls", text: (n) => "f(".repeat(n) },
    { why: "texts that never end", text: (n) => "'\\".repeat(n) },
  ];
  const fastest = (text: string): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i += 1) {
      const started = performance.now();
      callsIn(text);
      best = Math.min(best, performance.now() - started);
    }
    return best;
  };
  // Sixteen times the text may take twice sixteen times the time; squared, it would be 256 times.
  for (const { why, text } of shapes)
    test(why, () => expect(fastest(text(32_000))).toBeLessThan(32 * Math.max(0.5, fastest(text(2000)))));
});
