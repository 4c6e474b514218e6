/** data: URLs, MIME types and base64 against the standards' own test data. */
import { expect, test } from "vitest";
import { inGuest, readData } from "./data.ts";

const bytesOf = "[...new Uint8Array(await response.arrayBuffer())]";

test("data-urls.json", async () => {
  const cases = readData<[input: string, type: string | null, bytes?: number[]]>("data-urls.json");
  const results = await inGuest<{ type?: string; bytes?: number[]; error?: string }>(
    cases,
    `async ([input]) => { const response = await fetch(input); return { type: response.headers.get("content-type"), bytes: ${bytesOf} } }`,
  );
  const expected = cases.map(([, type, bytes]) => (type === null ? { error: "TypeError" } : { type, bytes }));
  expect(results).toEqual(expected);
});

test("data: URLs by base64.json", async () => {
  const cases = readData<[input: string, bytes: number[] | null]>("base64.json");
  const results = await inGuest<unknown>(
    cases,
    `async ([input]) => { const response = await fetch("data:;base64," + input); return ${bytesOf} }`,
  );
  expect(results).toEqual(cases.map(([, bytes]) => bytes ?? { error: "TypeError" }));
});

test("atob by base64.json", async () => {
  const cases = readData<[input: string, bytes: number[] | null]>("base64.json");
  const results = await inGuest<unknown>(cases, `([input]) => [...atob(input)].map((c) => c.charCodeAt(0))`);
  expect(results).toEqual(cases.map(([, bytes]) => bytes ?? { error: "InvalidCharacterError" }));
});

test.each(["mime-types.json", "generated-mime-types.json"])("%s, as a response's blob type", async (file) => {
  const cases = readData<{ input: string; output: string | null }>(file).filter(
    // What no header may hold is refused before it is parsed.
    ({ input }) =>
      [...input].every((c) => c.charCodeAt(0) < 256) &&
      !/[\0\r\n]/.test(input.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "")),
  );
  const results = await inGuest<unknown>(
    cases,
    `async ({ input }) => (await new Response(new Uint8Array(1), { headers: { "Content-Type": input } }).blob()).type`,
  );
  const wrong = cases.flatMap((one, i) =>
    results[i] === (one.output ?? "") ? [] : [{ ...one, got: results[i] }],
  );
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(50);
});
