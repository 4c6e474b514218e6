/** Moves a folder so that a file in it comes to stand where writing is denied. */
import * as fs from "sbx:fs";

await fs.mkdir("box/mine");
await fs.writeTextFile("box/mine/locked", "x");
console.log(
  await fs.rename("box/mine", "box/theirs").then(
    () => "BREAK",
    (error) => error.code,
  ),
);
await fs.rename("box/mine", "box/elsewhere");
console.log("moved elsewhere");
