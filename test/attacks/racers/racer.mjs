/** One racer: swaps things below `in` for links to `outside` and back, as fast as it can, until it is killed. What is put away meanwhile
 *  lies in a folder of its own beside them. Never touches `outside`.
 *    node racer.mjs FOLDER files|folders|parents|chains */
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , root = "", what = ""] = process.argv;
const at = (...names) => join(root, ...names);
const pool = at(`pool-${what}`);
mkdirSync(pool, { recursive: true });

/** A plugin may have taken a piece away; the next round puts it back. */
const attempt = (act) => {
  try {
    act();
  } catch {}
};
const spin = (microseconds) => {
  const end = process.hrtime.bigint() + BigInt(microseconds * 1000);
  while (process.hrtime.bigint() < end);
};
const putLink = (to, name) => {
  symlinkSync(to, join(pool, "link"));
  renameSync(join(pool, "link"), at("in", name));
};
const folder = (path, below = []) => {
  mkdirSync(join(path, ...below), { recursive: true });
  writeFileSync(join(path, ...below, "x"), "inside");
};

/** A folder is there, then a link to `to`, then the folder again. */
function swapFolder(name, to, below) {
  const real = join(pool, name);
  attempt(() => renameSync(at("in", name), real));
  attempt(() => putLink(to, name));
  spin(60);
  attempt(() => unlinkSync(at("in", name)));
  attempt(() => folder(real, below));
  attempt(() => renameSync(real, at("in", name)));
  spin(60);
  attempt(() => rmSync(real, { recursive: true }));
}

const rounds = {
  files() {
    attempt(() => putLink("../outside/x", "file"));
    spin(40);
    attempt(() => {
      writeFileSync(join(pool, "file"), "inside");
      linkSync(join(pool, "file"), join(pool, "second"));
      renameSync(join(pool, "second"), at("in/file"));
      unlinkSync(join(pool, "file"));
    });
    spin(40);
  },
  folders: () => swapFolder("folder", "../outside", []),
  parents: () => swapFolder("parent", "../outside/like", ["q", "r"]),
  chains() {
    // first → second → third → a folder, here or outside; each of them exchanged for itself.
    attempt(() => putLink("second", "first"));
    attempt(() => putLink("third/.", "second"));
    attempt(() => putLink("../outside", "third"));
    spin(40);
    attempt(() => folder(at("in/home")));
    attempt(() => putLink("home", "third"));
    spin(40);
  },
};

process.stdout.write("ready\n");
for (;;) rounds[what]();
