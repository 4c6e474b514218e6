/** Makes bytes runnable without leaving a file that somebody could change between check and start.
 *  Linux: an unnamed file of this process. Elsewhere: a file in sbx's own cache folder whose digest is verified before each use.
 *
 *  Refuses to know: what the bytes do. */
import { hash, randomBytes } from "node:crypto";
import { dlopen } from "node:ffi";
import { closeSync, constants, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail } from "../core/errors.ts";

export interface Executable {
  /** To be started by this process while it is not closed. */
  readonly path: string;
  close(): void;
}

/** From linux/memfd.h. MFD_EXEC came with Linux 6.3; older kernels refuse it, and need no permission to execute. */
const mfdCloexec = 1;
const mfdExec = 0x10;
/** From asm-generic/fcntl.h, with O_DIRECTORY as the kernel wants it. */
const oTmpfile = 0o20000000 | (constants.O_DIRECTORY ?? 0);

function memoryFile(): number | undefined {
  const { functions, lib } = dlopen(null, {
    memfd_create: { arguments: ["string", "uint32"], return: "int32" },
  });
  try {
    for (const flags of [mfdCloexec | mfdExec, mfdCloexec]) {
      const fd = functions.memfd_create("sbx", flags);
      if (fd >= 0) return fd;
    }
    return undefined;
  } finally {
    lib.close();
  }
}

function unnamedFile(): number {
  const memory = memoryFile();
  if (memory !== undefined) return memory;
  return openSync(tmpdir(), oTmpfile | constants.O_RDWR, 0o700);
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let used = 0; used < bytes.length; ) used += writeSync(fd, bytes, used);
}

/** A file that is open for writing cannot be executed: it is opened again for reading, and the writer closed. */
function unnamedExecutable(bytes: Uint8Array): Executable {
  const writer = unnamedFile();
  try {
    writeWhole(writer, bytes);
    const reader = openSync(`/proc/self/fd/${writer}`, constants.O_RDONLY);
    return { path: `/proc/self/fd/${reader}`, close: () => closeSync(reader) };
  } finally {
    closeSync(writer);
  }
}

function isIntact(path: string, digest: string): boolean {
  try {
    return hash("sha256", readFileSync(path), "hex") === digest;
  } catch {
    return false;
  }
}

function cachedExecutable(bytes: Uint8Array, name: string, folder: string): Executable {
  const digest = hash("sha256", bytes, "hex");
  const path = join(folder, `${name}-${digest.slice(0, 16)}${process.platform === "win32" ? ".exe" : ""}`);
  if (!isIntact(path, digest)) {
    const draft = `${path}.${randomBytes(6).toString("hex")}`;
    writeFileSync(draft, bytes, { flag: "wx", mode: 0o700 });
    renameSync(draft, path);
  }
  return { path, close: () => {} };
}

/** @param folder private to this person; used only where the system has no unnamed files
 *  @throws SbxError E_UNAVAILABLE when neither is possible */
export function placeExecutable(bytes: Uint8Array, name: string, folder: string): Executable {
  try {
    return process.platform === "linux" ? unnamedExecutable(bytes) : cachedExecutable(bytes, name, folder);
  } catch (cause) {
    throw fail("E_UNAVAILABLE", `${name} could not be put where it can run`, { cause });
  }
}
