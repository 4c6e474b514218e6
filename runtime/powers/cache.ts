/** Keeps results of this installation's own work under keys that say what they are results of. An entry is believed only if it
 *  carries this installation's mark (an HMAC over key and value), so that a damaged, copied or planted file is a miss.
 *  Works without disk: where the folder is not safe or not writable it keeps nothing, and says so once.
 *
 *  Refuses to know: what is kept. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { lstatSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { draftName, installationKey, isPrivate, readOwn, remove } from "./own/installationKey.ts";
import { makeFolder } from "./own/makeFolder.ts";

export interface Cache {
  /** The value that was put under exactly this key, or undefined. Never throws. */
  get(key: string): Uint8Array | undefined;
  /** Keeps a value if it can. Never throws. */
  put(key: string, value: Uint8Array): void;
}

export interface CacheOptions {
  /** Bytes of all entries together; the longest unused go first. */
  readonly maxBytes?: number;
  /** Told once when nothing can be kept, in words for the person. */
  readonly warn?: (message: string) => void;
}

const markBytes = 32;
const suffix = ".entry";
const defaultMaxBytes = 256 * 2 ** 20;
/** A used entry's time is renewed when it is older than this, in ms. */
const renewAfter = 3_600_000;

function prepare(folder: string): Buffer {
  makeFolder(folder);
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw new Error("it is not a folder");
  if (!isPrivate(stat, 0o022)) throw new Error("others may write to it, or own it");
  return installationKey(folder);
}

class DiskCache implements Cache {
  readonly #folder: string;
  readonly #key: Buffer;
  readonly #maxBytes: number;
  readonly #failed: (error: unknown) => void;

  constructor(folder: string, key: Buffer, maxBytes: number, failed: (error: unknown) => void) {
    this.#folder = folder;
    this.#key = key;
    this.#maxBytes = maxBytes;
    this.#failed = failed;
  }

  #name(key: string): string {
    return createHmac("sha256", this.#key).update("name\0").update(key).digest("hex").slice(0, 40) + suffix;
  }

  #mark(key: string, value: Uint8Array): Buffer {
    const length = Buffer.byteLength(key);
    return createHmac("sha256", this.#key).update(`value\0${length}\0${key}`).update(value).digest();
  }

  get(key: string): Uint8Array | undefined {
    const path = join(this.#folder, this.#name(key));
    const bytes = readOwn(path, false);
    if (bytes === undefined) return undefined;
    const value = bytes.subarray(markBytes);
    if (bytes.length < markBytes || !timingSafeEqual(bytes.subarray(0, markBytes), this.#mark(key, value))) {
      remove(path);
      return undefined;
    }
    this.#renew(path);
    return value;
  }

  #renew(path: string): void {
    try {
      const now = Date.now();
      if (now - statSync(path).mtimeMs > renewAfter) utimesSync(path, now / 1000, now / 1000);
    } catch {
      // Only the order of eviction depends on it.
    }
  }

  put(key: string, value: Uint8Array): void {
    if (value.length + markBytes > this.#maxBytes) return;
    const draft = draftName(this.#folder);
    try {
      writeFileSync(draft, Buffer.concat([this.#mark(key, value), value]), { flag: "wx", mode: 0o600 });
      renameSync(draft, join(this.#folder, this.#name(key)));
      this.#evict();
    } catch (error) {
      remove(draft);
      this.#failed(error);
    }
  }

  #evict(): void {
    const entries = readdirSync(this.#folder)
      .filter((name) => name.endsWith(suffix) || name.startsWith("draft-"))
      .flatMap((name) => {
        const path = join(this.#folder, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        return stat === undefined ? [] : [{ path, size: stat.size, time: stat.mtimeMs }];
      })
      .sort((a, b) => b.time - a.time);
    let total = 0;
    for (const { path, size } of entries) {
      total += size;
      if (total > this.#maxBytes) remove(path);
    }
  }
}

/** A cache in `folder`, which is made if missing. A folder or key that others could write is not used at all. */
export function openCache(folder: string, options: CacheOptions = {}): Cache {
  let told = false;
  const failed = (error: unknown): void => {
    if (told) return;
    told = true;
    options.warn?.(`the cache folder ${folder} is not used: ${(error as Error).message}`);
  };
  try {
    return new DiskCache(folder, prepare(folder), options.maxBytes ?? defaultMaxBytes, failed);
  } catch (error) {
    failed(error);
    return { get: () => undefined, put: () => {} };
  }
}
