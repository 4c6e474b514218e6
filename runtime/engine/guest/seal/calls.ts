/** Which system calls a sealed engine may make, as data: number on x86-64, number on aarch64 (null: no such call).
 *  Measured under load; what is not listed kills the process. Numbers: the kernel's `asm/unistd.h`. */

export type Architecture = "x64" | "arm64";

/** [name, x86-64, aarch64] */
export type Call = readonly [name: string, x64: number, arm64: number | null];

/** No path, no new descriptor, no other process. `read` and `write` take any descriptor, because V8's threads wake
 *  each other through eventfds; the one that leads out is the channel. In order of use. */
export const ALLOWED: readonly Call[] = [
  ["read", 0, 63],
  ["write", 1, 64],
  ["futex", 202, 98],
  ["madvise", 28, 233],
  ["mprotect", 10, 226],
  ["munmap", 11, 215],
  ["writev", 20, 66],
  ["pkey_mprotect", 329, 288],
  ["brk", 12, 214],
  ["mremap", 25, 216],
  ["epoll_pwait", 281, 22],
  ["epoll_wait", 232, null],
  ["restart_syscall", 219, 128],
  ["exit", 60, 93],
  ["exit_group", 231, 94],
  ["rt_sigreturn", 15, 139],
  ["rt_sigaction", 13, 134],
  ["rt_sigprocmask", 14, 135],
  ["sigaltstack", 131, 132],
  ["uname", 63, 160],
  ["clock_gettime", 228, 113],
  ["clock_getres", 229, 114],
  ["gettimeofday", 96, 169],
  ["time", 201, null],
  ["clock_nanosleep", 230, 115],
  ["nanosleep", 35, 101],
  ["sched_yield", 24, 124],
  ["sched_getaffinity", 204, 123],
  ["sched_getparam", 143, 121],
  ["sched_getscheduler", 145, 120],
  ["getcpu", 309, 168],
  ["getpid", 39, 172],
  ["gettid", 186, 178],
  ["getrandom", 318, 278],
  ["getrusage", 98, 165],
  ["membarrier", 324, 283],
  ["rseq", 334, 293],
  ["set_robust_list", 273, 99],
];

/** Anonymous memory only: MAP_ANONYMOUS must be among the flags, else EACCES. */
export const MMAP: Call = ["mmap", 9, 222];
/** To this process only, so that a fatal error can end as SIGABRT; else EPERM. */
export const TGKILL: Call = ["tgkill", 234, 131];

/** EPERM rather than death: Node and V8 try these, and cope. */
export const REFUSED: readonly Call[] = [
  ["openat", 257, 56],
  ["open", 2, null],
  ["readlink", 89, null],
  ["readlinkat", 267, 78],
  ["newfstatat", 262, 79],
  ["statx", 332, 291],
  ["fstat", 5, 80],
  ["access", 21, null],
  ["faccessat", 269, 48],
  ["prlimit64", 302, 261],
  ["getrlimit", 97, 163],
  ["sysinfo", 99, 179],
  ["getcwd", 79, 17],
  ["ioctl", 16, 29],
  ["dup", 32, 23],
  ["fcntl", 72, 25],
  ["close", 3, 57],
  ["lseek", 8, 62],
  ["pread64", 17, 67],
  ["prctl", 157, 167],
  ["io_uring_enter", 426, 426],
];

export function numberOf([, x64, arm64]: Call, architecture: Architecture): number | null {
  return architecture === "x64" ? x64 : arm64;
}
