/** The kernel's own answers for tests on Linux: where a path leads when it may not leave a folder (openat2(2), RESOLVE_BENEATH), and FIFOs
 *  without another process. */
import * as ffi from "node:ffi";

const AT_FDCWD = -100n;
const OPENAT2 = 437n;
const MKNODAT = process.arch === "arm64" ? 33n : 259n;
const S_IFIFO = 0o10000n;
const O_PATH = 0o10000000n;
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_BENEATH = 0x08n;

const { functions } = ffi.dlopen(null, {
  syscall: { arguments: ["int64", "int64", "int64", "int64", "int64", "int64"], return: "int64" },
});

const addressOf = (bytes: Uint8Array): bigint =>
  ffi.getRawPointer(bytes.buffer as ArrayBuffer) + BigInt(bytes.byteOffset);

/** Ends in NUL, in memory of its own. */
function text(value: string): Uint8Array {
  const bytes = Buffer.from(`${value}\0`);
  return new Uint8Array(bytes);
}

/** A descriptor (O_PATH), or -1 when the way leaves the folder or leads nowhere. */
export function openBeneath(folder: number, path: string): number {
  const name = text(path);
  const how = new BigUint64Array([O_PATH, 0n, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS]);
  const bytes = new Uint8Array(how.buffer);
  const { syscall } = functions;
  return Number(
    syscall(OPENAT2, BigInt(folder), addressOf(name), addressOf(bytes), BigInt(bytes.byteLength), 0n),
  );
}

/** false: something stands there. */
export const makeFifo = (path: string): boolean => {
  const name = text(path);
  return Number(functions.syscall(MKNODAT, AT_FDCWD, addressOf(name), S_IFIFO | 0o644n, 0n, 0n)) === 0;
};
