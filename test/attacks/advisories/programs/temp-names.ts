import * as fs from "sbx:fs";
import { end, refused } from "./held.ts";

const names = ["../../x-", "/../../x", "a/b", "a\0b", "../", "\\..\\x", "/tmp/x"];
for (const prefix of names)
  await refused(`prefix ${JSON.stringify(prefix)}`, async () => {
    const made = await fs.makeTempDir({ dir: "out", prefix });
    return /\/out\/[^/]+$/.test(`/${made}`) && prefix.startsWith("\\")
      ? Promise.reject(new TypeError("a name"))
      : made;
  });
for (const dir of ["../outside", "docs", "/tmp", "out/../../outside", "out/nowhere/../../../outside"])
  await refused(`dir ${dir}`, () => fs.makeTempDir({ dir }));
end();
