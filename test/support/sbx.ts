/** The built executable run on a program of a test's own, in a folder of its own, with nothing of the machine's in its environment. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sbx } from "./build.ts";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunMore {
  /** Words behind the script. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Where it is run, below the folder. */
  readonly cwd?: string;
}

export class Folder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "sbx-run-")));

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** A file with all folders above it. */
  put(path: string, text: string | Uint8Array): string {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    return this.at(path);
  }

  /** `sbx` with these words. Asks nobody. */
  sbx(words: readonly string[], { env = {}, input, cwd = "." }: RunMore = {}): Promise<Ran> {
    mkdirSync(this.at("home"), { recursive: true });
    return new Promise((done) => {
      const child = spawn(sbx, words, {
        cwd: this.at(cwd),
        env: { HOME: this.at("home"), SBX_HOME: this.at("sbx-home"), CI: "1", ...env },
        stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      });
      const texts = { out: "", err: "" };
      child.stdout?.on("data", (chunk: Buffer) => {
        texts.out += chunk.toString();
      });
      child.stderr?.on("data", (chunk: Buffer) => {
        texts.err += chunk.toString();
      });
      child.stdin?.end(input);
      child.on("close", (code) => done({ code, ...texts }));
    });
  }

  /** Runs this source as `plugin.ts`, or under another name. */
  run(
    source: string,
    options: readonly string[] = [],
    more: RunMore & { readonly name?: string } = {},
  ): Promise<Ran> {
    const { name = "plugin.ts", args = [] } = more;
    this.put(join(more.cwd ?? ".", name), source);
    return this.sbx(["run", name, ...options, ...(args.length ? ["--", ...args] : [])], more);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
