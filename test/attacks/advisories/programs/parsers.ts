import { end, holds } from "./held.ts";

const cases: Record<string, (n: number) => unknown> = {
  "a header's spaces": (n) => new Headers({ x: `a${" ".repeat(n)}b` }).get("x"),
  "a header's commas": (n) => new Headers({ x: " ,".repeat(n) }).get("x"),
  "a type's parameters": (n) =>
    new Response("", { headers: { "content-type": `text/plain;${" a=b;".repeat(n)}` } }).headers.get(
      "content-type",
    ),
  cookies: (n) => new Headers([["set-cookie", "a=b; ".repeat(n)]]).getSetCookie(),
  "a URL's query": (n) => new URLSearchParams("a=b&".repeat(n)).getAll("a").length,
  "a URL's dots": (n) => new URL(`http://a.example/${"../".repeat(n)}`).pathname,
  "a URL's spaces": (n) => URL.canParse(`${" ".repeat(n)}x`),
  "a form": (n) => new URLSearchParams(`${"%".repeat(n)}=`).toString().length,
  base64: (n) => {
    try {
      return atob(`${" ".repeat(n)}=`);
    } catch {
      return "";
    }
  },
  text: (n) => new TextDecoder().decode(new Uint8Array(n).fill(0xe2)).length,
};
const timed = (work: () => unknown): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
};
for (const [what, work] of Object.entries(cases)) {
  const [few, many] = [timed(() => work(4000)), timed(() => work(32_000))];
  // Eight times as much; in quadratic time it would be sixty-four.
  holds(`${what}: ${few.toFixed(1)} and ${many.toFixed(1)} ms`, many < Math.max(few, 1) * 30);
}
end();
