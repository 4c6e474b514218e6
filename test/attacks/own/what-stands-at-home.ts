/** Prints all that a refusal says about folders that were not granted. */
import * as fs from "sbx:fs";

for (const path of [".config", ".local", ".local/share", ".mozilla"])
  for (const attempt of [
    () => fs.rename(`../home/${path}`, "q"),
    () => fs.remove(`../home/${path}`, { recursive: true }),
  ])
    await attempt().catch((error) => console.log(path, error.code, error.message, error.remedy));
