import { afterAll, expect, test } from "vitest";
import { buildChild, runGuest } from "../../support/engine.ts";

const { script, remove } = buildChild();
afterAll(remove);

const deep = (start: string, step: string, depth = 200_000) =>
  `let x = ${start}; for (let i = 0; i < ${depth}; i++) x = ${step};`;
const proxies = deep("function () {}", "new Proxy(x, {})");

/** Each of these would end on a native stack that is too small; the guest must be able to catch it and go on. */
const cases = [
  { why: "plain recursion", source: "(function f() { f() })()" },
  {
    why: "recursion through an arrow with many variables",
    source: "const f = (a, b, c) => { const d = [a, b, c]; return f(...d) }; f(1, 2, 3)",
  },
  { why: "JSON.parse of nested arrays", source: 'JSON.parse("[".repeat(5e6))' },
  { why: "JSON.parse of nested objects", source: `JSON.parse('{"a":'.repeat(1e6))` },
  { why: "a reviver that parses", source: 'JSON.parse("[1]", function r() { return JSON.parse("[1]", r) })' },
  {
    why: "a toJSON that stringifies",
    source: "JSON.stringify({ toJSON() { return JSON.stringify(this) } })",
  },
  { why: "JSON.stringify of nested arrays", source: `${deep("[]", "[x]")} JSON.stringify(x)` },
  { why: "JSON.stringify of nested objects", source: `${deep("{}", "{ x }")} JSON.stringify(x)` },
  {
    why: "JSON.stringify of nested values with a replacer",
    source: `${deep("{}", "{ x }")} JSON.stringify(x, (_, v) => v)`,
  },
  { why: "structuredClone of nested arrays", source: `${deep("[]", "[x]")} structuredClone(x)` },
  { why: "nested groups of a regular expression", source: 'new RegExp("(?=".repeat(5e4) + ")".repeat(5e4))' },
  { why: "a regular expression that backtracks far", source: '/(?:a|b)*$/.test("ab".repeat(1e6) + "c")' },
  { why: "a replacer that replaces", source: 'const f = () => "x".replace(/x/, f); f()' },
  { why: "nested proxies, read", source: `${proxies} x.y` },
  { why: "nested proxies, called", source: `${proxies} x()` },
  { why: "nested proxies, listed", source: `${proxies} Object.keys(x)` },
  { why: "nested proxies as prototypes", source: `${deep("{}", "Object.create(new Proxy(x, {}))")} x.y` },
  { why: "toString of itself", source: 'const o = { toString() { return "" + o } }; "" + o' },
  { why: "toPrimitive of itself", source: "const o = { [Symbol.toPrimitive]() { return +o } }; +o" },
  { why: "join of nested arrays", source: `${deep("[]", "[x]")} String(x)` },
  { why: "flat of nested arrays", source: `${deep("[]", "[x]")} x.flat(Infinity)` },
  { why: "getters", source: "const o = new (class { get x() { return this.x } })(); o.x" },
  { why: "constructors", source: "class A { constructor() { new A() } } new A()" },
  {
    why: "derived constructors",
    source: "class X extends Array { constructor() { super(); return new X() } } new X()",
  },
  { why: "generators", source: "function* g() { yield* g() } [...g()]" },
  { why: "async functions", source: "const f = async () => await f(); await f()" },
  { why: "async generators", source: "async function* g(n) { yield* g(n) } for await (const _ of g(1));" },
  { why: "comparison functions of a sort", source: "const c = () => [3, 2, 1].sort(c)[0]; c()" },
  { why: "callbacks of a map", source: "(function h() { [1].map(h) })()" },
  { why: "iterator helpers", source: `${deep("[1].values()", "x.map((y) => y)", 1e5)} x.next()` },
  {
    why: "bound functions",
    source: "let f = () => {}; for (let i = 0; i < 4e3; i++) f = f.bind(); (function g() { f(); g() })()",
  },
  { why: "source text of nested parentheses", source: 'eval("(".repeat(1e6))' },
  { why: "source text of nested functions", source: 'eval("a=>".repeat(1e5) + "1")' },
  { why: "source text of nested statements", source: 'eval("if(1)".repeat(1e5) + ";")' },
  { why: "source text of nested templates", source: 'eval("`${".repeat(1e5))' },
  { why: "source text of nested operators", source: 'eval("!".repeat(1e6) + "1")' },
];

test.each(cases)("$why ends in an error that the guest can catch", async ({ source }) => {
  const program = `
    try { await (async () => { ${source} })(); console.log("no error"); } catch (e) { console.log("caught", e.name); }
    console.log("alive", [3, 1, 2].sort().join(), JSON.stringify({ a: [1] }));`;
  const { out, error, exit } = await runGuest(script, program);
  expect(error).toBeUndefined();
  expect(exit).toEqual({ kind: "killed" });
  expect(out).toMatch(/^caught (RangeError|SyntaxError|InternalError)\nalive 1,2,3 {"a":\[1\]}\n$/);
});

test("a smaller stack is obeyed", async () => {
  const program = "let n = 0; try { (function f() { n++; f() })() } catch { console.log(n) }";
  const [small, large] = await Promise.all([
    runGuest(script, program, { stack: 128 * 1024 }),
    runGuest(script, program, { stack: 1024 * 1024 }),
  ]);
  expect(Number(small.out)).toBeGreaterThan(50);
  expect(Number(large.out)).toBeGreaterThan(3 * Number(small.out));
});
