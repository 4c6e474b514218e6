/** Reads a variable whose grant is limited through the listing that another grant pays for. */
import * as env from "sbx:env";

const seen = async (): Promise<string> =>
  ((await env.toObject()) as { [name: string]: string }).COUNTED ?? "none";
console.log(await seen(), await seen(), await seen());
