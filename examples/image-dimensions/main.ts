/** Lists the pictures of a folder with format and size in pixels, from the first bytes of each file.
 *  Arguments: the folder; `--json` for one JSON array. Ends with 1 when a file is damaged. */
import { args, exitCode } from "sbx:plugin";
import { findFiles, readHead } from "./files.ts";
import { measure, type Picture } from "./measure.ts";

interface Measured {
  readonly path: string;
  readonly picture: Picture | null;
}

const folder = args.find((word) => !word.startsWith("--")) ?? "pictures";
const measured: Measured[] = [];
for (const path of await findFiles(folder)) {
  measured.push({ path, picture: measure(await readHead(`${folder}/${path}`)) });
}

const pictures = measured.flatMap(({ path, picture }) => (picture === null ? [] : [{ path, ...picture }]));
if (args.includes("--json")) console.log(JSON.stringify(pictures, null, 2));
else {
  for (const { path, format, width, height } of pictures) {
    console.log(`${format.padEnd(4)} ${`${width}×${height}`.padStart(11)}  ${path}`);
  }
}
const damaged = measured.filter(({ picture }) => picture === null);
for (const { path } of damaged) console.warn(`not a picture, or damaged: ${path}`);
console.warn(`${pictures.length} pictures, ${damaged.length} other files`);
if (damaged.length > 0) await exitCode(1);
