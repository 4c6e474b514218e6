/** Test data of the web-platform-tests, and a guest that runs one function over all of it at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TestGuest } from "../../unit/web/guest.ts";

export function readData<T>(file: string): T[] {
  const all = JSON.parse(readFileSync(join(import.meta.dirname, "wpt", file), "utf8")) as unknown[];
  // Texts between the cases are headings.
  return all.filter((one) => typeof one !== "string") as T[];
}

/** What `body`, a function expression of the guest's, gives for each input; errors as {error: name}. */
export async function inGuest<R>(inputs: readonly unknown[], body: string): Promise<R[]> {
  const guest = await TestGuest.create();
  const { context } = guest;
  const source = JSON.stringify(JSON.stringify(inputs));
  const { failed, out } = await guest.run(`
    const judge = ${body};
    const results = [];
    for (const input of JSON.parse(${source})) {
      try { results.push(await judge(input)) } catch (error) { results.push({ error: error.name }) }
    }
    globalThis.results = JSON.stringify(results);`);
  if (failed !== undefined) throw new Error(`${failed.name}: ${failed.message}\n${failed.stack}${out}`);
  return JSON.parse(context.getString(context.getProp(context.global, "results"))) as R[];
}
