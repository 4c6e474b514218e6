/** Makes `process.exit` end this process at once, behind its listeners. Node's own last step waits for V8's helper threads, and
 *  a helper that waits for a collection on this thread waits forever: nodejs/node#54918, seen after streaming a large file. */
import type * as Ffi from "node:ffi";

interface RealExit {
  reallyExit(code: number): void;
}

/** Whatever must be flushed is flushed before. Where libc cannot be reached, Node's own way has to do. */
export function exitWithoutShutdown(): void {
  if (process.platform === "win32") return;
  const node = process as unknown as RealExit;
  const orderly = node.reallyExit.bind(process);
  node.reallyExit = (code) => {
    try {
      const { dlopen } = process.getBuiltinModule("node:ffi") as typeof Ffi;
      const { functions } = dlopen(null, { _exit: { arguments: ["int32"], return: "void" } });
      functions._exit(code);
    } catch {
      orderly(code);
    }
  };
}
