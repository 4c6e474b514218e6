/** A real folder for the tests of the file powers, and leases that count. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PathTarget } from "../../../../runtime/core/capability.ts";
import { fail } from "../../../../runtime/core/errors.ts";
import type { Lease, ReadPower, WritePower } from "../../../../runtime/core/powers.ts";
import { type Files, files } from "../../../../runtime/powers/files/files.ts";

export interface CountingLease extends Lease {
  in: number;
  out: number;
  end(): void;
}

/** Throws E_LIMIT_BYTES when more than `most` bytes go through. */
export function lease(most = Number.MAX_SAFE_INTEGER): CountingLease {
  let ended = false;
  return {
    in: 0,
    out: 0,
    keeps: [],
    signal: new AbortController().signal,
    limits: { body: 1e9, requestTimeout: 1e4, kv: 1e6 },
    end: () => {
      ended = true;
    },
    alive: () => {
      if (ended) throw fail("E_REVOKED", "the lease has ended");
    },
    spend(bytes, direction) {
      this.alive();
      if (this.in + this.out + bytes > most) throw fail("E_LIMIT_BYTES", "too many bytes");
      this[direction] += bytes;
    },
    permits: () => true,
    hides: () => null,
    grants: () => false,
    learn: () => undefined,
    begins: () => false,
    room: async () => {},
    admit: async () => {},
    obtain: async () => {
      throw new Error("not asked for in these tests");
    },
  };
}

export class World {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "sbx-files-")));
  readonly files: Files;

  constructor(hold: "handles" | "names") {
    this.files = files({ cwd: this.root, hold });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** `name/` a folder, `name -> target` a link, `name | ` a FIFO, else a file with its own name as content. */
  make(...things: string[]): this {
    for (const thing of things) {
      const [name = "", to] = thing.split(" -> ");
      const path = this.at(name.replace(/ \|$/, ""));
      mkdirSync(join(path, ".."), { recursive: true });
      if (to !== undefined) symlinkSync(to, path);
      else if (name.endsWith("/")) mkdirSync(path, { recursive: true });
      else if (name.endsWith(" |")) execFileSync("mkfifo", [path]);
      else writeFileSync(path, name);
    }
    return this;
  }

  async target(kind: "read" | "write", path: string, more: { entry?: boolean; tree?: boolean } = {}) {
    const target = await this.files[kind].resolve({ kind, path, ...more } as never);
    return target as PathTarget;
  }

  async reading<T>(
    path: string,
    use: (power: ReadPower) => Promise<T> | T,
    more: { entry?: boolean; lease?: Lease; before?: () => void } = {},
  ): Promise<T> {
    const target = await this.target("read", path, more.entry ? { entry: true } : {});
    try {
      more.before?.();
      return await use(await this.files.read.open(target, more.lease ?? lease()));
    } finally {
      this.files.read.release(target);
    }
  }

  async writing<T>(
    path: string,
    use: (power: WritePower) => Promise<T> | T,
    more: { entry?: boolean; lease?: Lease; before?: () => void } = {},
  ): Promise<T> {
    const target = await this.target("write", path, more.entry ? { entry: true } : {});
    try {
      more.before?.();
      return await use(await this.files.write.open(target, more.lease ?? lease()));
    } finally {
      this.files.write.release(target);
    }
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
