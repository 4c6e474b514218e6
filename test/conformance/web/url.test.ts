/** URL against the URL standard's own test data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inGuest, readData } from "./data.ts";

interface UrlCase {
  readonly input: string;
  readonly base: string | null;
  readonly failure?: boolean;
  readonly [part: string]: unknown;
}

const PARTS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
];
const readUrl = `({ input, base }) => {
  const url = new URL(input, base ?? undefined);
  const parts = Object.fromEntries(${JSON.stringify(PARTS)}.map((part) => [part, url[part]]));
  return { ...parts, searchParams: url.searchParams.toString(), again: new URL(url.href).href };
}`;

test.each(["urltestdata.json", "urltestdata-javascript-only.json"])("%s", async (file) => {
  const cases = readData<UrlCase>(file);
  const results = await inGuest<{ [part: string]: string }>(cases, readUrl);
  const wrong = cases.flatMap((one, i) => {
    const got = results[i] ?? {};
    if (one.failure) return got.error === "TypeError" ? [] : [{ input: one.input, base: one.base, got }];
    const parts = PARTS.filter((part) => one[part] !== undefined && got[part] !== one[part]);
    return parts.length === 0 && got.again === got.href
      ? []
      : [{ input: one.input, base: one.base, parts, got }];
  });
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(file === "urltestdata.json" ? 800 : 0);
});

test("setters_tests.json", async () => {
  type SetterCase = { href: string; new_value: string; expected: { [part: string]: string }; part: string };
  const file = readFileSync(join(import.meta.dirname, "wpt/setters_tests.json"), "utf8");
  const byPart = JSON.parse(file) as { [part: string]: SetterCase[] };
  const cases = Object.entries(byPart).flatMap(([part, list]) =>
    part === "comment" ? [] : list.map((one) => ({ ...one, part })),
  );
  const results = await inGuest<{ [part: string]: string }>(
    cases,
    `(one) => { const url = new URL(one.href); url[one.part] = one.new_value; return Object.fromEntries(Object.keys(one.expected).map((key) => [key, url[key]])) }`,
  );
  const wrong = cases.flatMap((one, i) =>
    deepEqual(results[i], one.expected) ? [] : [{ one, got: results[i] }],
  );
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(200);
});

const deepEqual = (a: unknown, b: { [key: string]: string }): boolean =>
  Object.entries(b).every(([key, value]) => (a as { [key: string]: string } | undefined)?.[key] === value);

test("toascii.json", async () => {
  const cases = readData<{ input: string; output: string | null }>("toascii.json");
  const results = await inGuest<unknown>(cases, `({ input }) => new URL("https://" + input + "/x").host`);
  const wrong = cases.flatMap((one, i) => {
    const got = results[i];
    const right = one.output === null ? typeof got === "object" : got === one.output;
    return right ? [] : [{ ...one, got }];
  });
  expect(wrong).toEqual([]);
});

/** Code points that would end the host are percent-encoded, so that the host parser gets to see them. */
const inHost = (input: string): string => input.replace(/[:/?#\\]/g, encodeURIComponent);

test.each(["IdnaTestV2.json", "IdnaTestV2-removed.json"])("%s", async (file) => {
  const cases = readData<{ input: string; output: string | null }>(file).filter(({ input }) => input !== "");
  const results = await inGuest<unknown>(
    cases.map(({ input }) => inHost(input)),
    `(host) => { const url = new URL("https://" + host + "/x"); return url.host + url.pathname }`,
  );
  const wrong = cases.flatMap((one, i) => {
    const got = results[i];
    const right = one.output === null ? typeof got === "object" : got === `${one.output}/x`;
    return right ? [] : [{ ...one, got }];
  });
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(file === "IdnaTestV2.json" ? 2000 : 0);
});

test("percent-encoding.json, of which a program's URLs use UTF-8 alone", async () => {
  const cases = readData<{ input: string; output: { "utf-8": string } }>("percent-encoding.json");
  const results = await inGuest<unknown>(
    cases,
    `({ input }) => { const url = new URL("https://a.test/?" + input + "#" + input); return [url.search.slice(1), url.hash.slice(1)] }`,
  );
  expect(results).toEqual(cases.map(({ output }) => [output["utf-8"], output["utf-8"]]));
});
