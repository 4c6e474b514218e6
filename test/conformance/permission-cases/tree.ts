/** The folder that the cases speak about: real files, links, a FIFO, names that look like something else. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const files = [
  "docs/a.txt",
  "docs/sub/b.txt",
  "docs/sub/deep/d.txt",
  "docs/sub/m.ts",
  "docs/secret/key.txt",
  "docs/secretive.txt",
  "docs/with,comma/c.txt",
  "docs/with space/s.txt",
  "docs/..hidden/h.txt",
  "docs/%2e%2e",
  "docs/a%2Etxt",
  "docs/caf\u00e9.txt",
  "docs/a.txt?x",
  "docs/a#b.txt",
  "docs/back\\slash.txt",
  "docs-evil/x.txt",
  "docs.txt",
  "outside/out.txt",
  "outside/dir/o.txt",
  "wr/w.txt",
];
const folders = ["DOCS2", "wr/sub"];
const links: readonly [string, string][] = [
  ["docs/link-out", "../outside/out.txt"],
  ["docs/dirlink-out", "../outside"],
  ["docs/link-in", "a.txt"],
  ["docs/link-secret", "secret/key.txt"],
  ["docs/dirlink-secret", "secret"],
  ["docs/dangling-out", "../outside/new.txt"],
  ["docs/loop", "loop"],
  ["docs/proc", "/proc"],
  ["docs/procenv", "/proc/self/environ"],
  ["docs/devnull", "/dev/null"],
  ["docs/passwd", "/etc/passwd"],
  ["docs/chain2", "link-out"],
  ["docs/dev", "/dev"],
  ["linked-docs", "docs"],
  ["outside/link-into-docs", "../docs/a.txt"],
  ["outside/dirlink-into-docs", "../docs"],
  ["wr/dirlink-out", "../outside"],
  ["wr/link-out", "../outside/out.txt"],
  ["wr/dangling", "../outside/created.txt"],
];

/** Makes it in a new temporary folder and gives its canonical path. */
export function makeTree(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "sbx-cases-")));
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const file of files) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  for (const [name, to] of links) symlinkSync(to, join(root, name));
  linkSync(join(root, "outside/out.txt"), join(root, "docs/hard-out"));
  linkSync(join(root, "docs/secret/key.txt"), join(root, "docs/hard-secret"));
  execFileSync("mkfifo", [join(root, "docs/fifo")]);
  return root;
}
