/** Asks for paths of 32 KB in thousands of folders, for ever. */
import * as fs from "sbx:fs";

const path = `${"a/".repeat(16_000)}x`;
for (;;)
  await Promise.all(Array.from({ length: 64 }, () => fs.writeTextFile(path, "").catch(() => undefined)));
