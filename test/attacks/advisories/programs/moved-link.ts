import * as fs from "sbx:fs";
import { end, holds, refused } from "./held.ts";

for (const name of ["symlink", "link", "symlinkSync", "linkSync"]) holds(`no ${name}`, !(name in fs));
// far leads nowhere where it is; one level higher it leads out of the grant.
holds("inside, the link is followed", (await fs.readTextFile("docs/box/deep/up")) === "target");
await fs.rename("docs/box/deep", "docs/deep").catch(() => undefined);
for (const path of ["docs/deep/far", "docs/deep/../deep/far"]) {
  await refused(`write through ${path}`, () => fs.writeTextFile(path, "x"));
  await refused(`read through ${path}`, () => fs.readTextFile(path));
}
end();
