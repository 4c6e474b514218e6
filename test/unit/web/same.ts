/** The oracle for web globals: Node's own. An expression is evaluated here and in the guest; both results are printed by
 *  their own inspector and compared. */
import { format } from "node:util";
import vm from "node:vm";
import { TestGuest } from "./guest.ts";

/** Stack frames differ by nature: only that there are some is kept. */
const withoutFrames = (text: string): string =>
  text.replace(/(\n +(at |\.\.\. \d+ lines matching).*)+/g, "\n<frames>");

/** What Node prints for the arguments `args` of console.log; "throws NAME" when evaluating them throws. */
export async function nodeSays(args: string): Promise<string> {
  try {
    const values = (await vm.runInThisContext(`(async () => [${args}])()`)) as unknown[];
    return withoutFrames(format(...values));
  } catch (error) {
    return `throws ${(error as Error)?.name}`;
  }
}

let shared: Promise<TestGuest> | undefined;

/** What the guest prints for them. One guest serves a whole file. */
export async function guestSays(args: string): Promise<string> {
  shared ??= TestGuest.create();
  const guest = await shared;
  guest.out = "";
  const { out, failed } = await guest.run(
    `try { const values = await (async () => [${args}])(); console.log(...values) } catch (error) { console.log("throws " + error?.name) }`,
  );
  return failed === undefined ? withoutFrames(out.slice(0, -1)) : `FAILED ${failed.name}: ${failed.message}`;
}
