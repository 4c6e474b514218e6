/** Writes hooks into a folder of another name, then gives it the name under which tools run them. */
import * as fs from "sbx:fs";

const code = (error: { code?: string }) => error.code ?? String(error);
await fs.mkdir("box/plain/hooks", { recursive: true });
await fs.writeTextFile("box/plain/hooks/pre-commit", "#!/bin/sh\n", { mode: 0o755 });
for (const name of [".git", ".vscode", ".husky"])
  console.log(
    name,
    await fs.rename("box/plain", `box/${name}`).then(() => "BREAK", code),
    await fs.rename(`box/there/${name}`, "box/away").then(() => "BREAK", code),
  );
console.log(".git as a file", await fs.writeTextFile("box/.git", "gitdir: plain").then(() => "BREAK", code));
