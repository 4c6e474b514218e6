import { get } from "sbx:env";
import { readTextFile } from "sbx:fs";

let refusals = 0;
for (let n = 0; n < 5000; n += 1) {
  await get("HIDDEN").catch(() => (refusals += 1));
  await readTextFile(`/nowhere/${n}`).catch(() => (refusals += 1));
}
console.log(refusals);
