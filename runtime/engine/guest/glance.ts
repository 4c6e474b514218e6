/** Whether the channel has something to read, told without waiting: an epoll set of its own, asked through libc, because Node can
 *  only wait. Made before the seal, which leaves nothing in that makes such a set; `epoll_wait` stays possible behind it. */
import type * as Ffi from "node:ffi";

/** sys/epoll.h */
const EPOLL_CLOEXEC = 0x80000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
/** Of `struct epoll_event`, with padding where it has any. */
const EVENT_BYTES = 16;

/** undefined where the system has no such thing. */
export function openGlance(descriptor: number): (() => boolean) | undefined {
  if (process.platform !== "linux") return undefined;
  const { dlopen, getRawPointer } = process.getBuiltinModule("node:ffi") as typeof Ffi;
  const { functions } = dlopen(null, {
    epoll_create1: { arguments: ["int32"], return: "int32" },
    epoll_ctl: { arguments: ["int32", "int32", "int32", "pointer"], return: "int32" },
    epoll_wait: { arguments: ["int32", "pointer", "int32", "int32"], return: "int32" },
  });
  const event = new ArrayBuffer(EVENT_BYTES);
  new DataView(event).setUint32(0, EPOLLIN, true);
  const address = getRawPointer(event);
  const set = functions.epoll_create1(EPOLL_CLOEXEC);
  if (set < 0 || functions.epoll_ctl(set, EPOLL_CTL_ADD, descriptor, address) !== 0) return undefined;
  const { epoll_wait: wait } = functions;
  // Naming `event` keeps it where `address` says.
  return () => event.byteLength > 0 && wait(set, address, 1, 0) > 0;
}
