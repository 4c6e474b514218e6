/** Not a part of the executable. A child program that seals itself exactly as the engine does, then tries one forbidden
 *  thing, named on the command line, and says on the channel how that went. It keeps what no guest has: a way to make
 *  any system call by number. */
import * as childProcess from "node:child_process";
import { dlopen, getInt32, getRawPointer } from "node:ffi";
import { openSync, readFileSync, readSync, writeSync } from "node:fs";
import * as net from "node:net";
import { Worker } from "node:worker_threads";
import { prepare, seal } from "../../runtime/engine/guest/seal/seal.ts";

const CHANNEL = 3;
const MIB = 1024 * 1024;
const AT_FDCWD = -100;

type Argument = number | Buffer;
type SystemCall = (number: number, ...args: readonly Argument[]) => number;

/** One attempt: what it throws or returns is told; a negative number is an errno. */
type Attempt = (call: SystemCall, parent: number) => unknown;

const text = (value: string) => Buffer.from(`${value}\0`);
const here = (x64: number, arm64: number) => (process.arch === "x64" ? x64 : arm64);
const buffer = () => Buffer.alloc(4096);

const attempts: { readonly [name: string]: Attempt } = {
  nothing: () => 0,
  "anonymous memory": (call) => (call(here(9, 222), 0, 65536, 3, 0x22, -1, 0) < 0 ? -1 : 0),

  "Node opens a file": () => openSync("/etc/passwd", "r"),
  "Node reads its own memory": () => readFileSync("/proc/self/mem"),
  openat: (call) => call(here(257, 56), AT_FDCWD, text("/etc/passwd"), 0, 0),
  "openat to write": (call) => call(here(257, 56), AT_FDCWD, text("/tmp/sbx-wall-probe"), 0o102, 0o600),
  openat2: (call) => call(437, AT_FDCWD, text("/etc/passwd"), buffer(), 24),
  open_by_handle_at: (call) => call(here(304, 265), AT_FDCWD, buffer(), 0),
  statx: (call) => call(here(332, 291), AT_FDCWD, text("/etc/passwd"), 0, 0xfff, buffer()),
  newfstatat: (call) => call(here(262, 79), AT_FDCWD, text("/etc/passwd"), buffer(), 0),
  getdents64: (call) => call(here(217, 61), CHANNEL, buffer(), 4096),
  mkdirat: (call) => call(here(258, 34), AT_FDCWD, text("/tmp/sbx-wall-probe"), 0o700),
  unlinkat: (call) => call(here(263, 35), AT_FDCWD, text("/tmp/sbx-wall-probe"), 0),
  renameat2: (call) => call(here(316, 276), AT_FDCWD, text("/tmp/a"), AT_FDCWD, text("/tmp/b"), 0),
  symlinkat: (call) => call(here(266, 36), text("/etc/passwd"), AT_FDCWD, text("/tmp/sbx-wall-probe")),
  linkat: (call) =>
    call(here(265, 37), AT_FDCWD, text("/etc/passwd"), AT_FDCWD, text("/tmp/sbx-wall-probe"), 0),
  chdir: (call) => call(here(80, 49), text("/tmp")),
  chroot: (call) => call(here(161, 51), text("/tmp")),
  mount: (call) => call(here(165, 40), text("x"), text("/mnt"), text("tmpfs"), 0, 0),
  memfd_create: (call) => call(here(319, 279), text("x"), 0),
  "a pipe": (call) => call(here(293, 59), buffer(), 0),
  inotify_init1: (call) => call(here(294, 26), 0),
  sendfile: (call) => call(here(40, 71), CHANNEL, 0, 0, 10),
  splice: (call) => call(here(275, 76), 0, 0, CHANNEL, 0, 10, 0),

  "Node listens": () => {
    net.createServer().listen(0);
    return 0;
  },
  socket: (call) => call(here(41, 198), 2, 1, 0),
  "a local socket": (call) => call(here(41, 198), 1, 1, 0),
  "a raw socket": (call) => call(here(41, 198), 2, 3, 255),
  "a netlink socket": (call) => call(here(41, 198), 16, 3, 0),
  socketpair: (call) => call(here(53, 199), 1, 1, 0, buffer()),
  connect: (call) => call(here(42, 203), CHANNEL, buffer(), 16),
  bind: (call) => call(here(49, 200), CHANNEL, buffer(), 16),
  listen: (call) => call(here(50, 201), CHANNEL, 1),
  "a descriptor sent": (call) => call(here(46, 211), CHANNEL, buffer(), 0),
  "a descriptor received": (call) => call(here(47, 212), CHANNEL, buffer(), 0),

  "Node starts a program": () => childProcess.spawnSync("/bin/true").pid,
  "Node starts a thread": () => {
    new Worker("0", { eval: true });
    return 0;
  },
  execve: (call) => call(here(59, 221), text("/bin/true"), 0, 0),
  execveat: (call) => call(here(322, 281), AT_FDCWD, text("/bin/true"), 0, 0, 0),
  fork: (call) => call(here(57, 220), 17, 0, 0, 0, 0),
  clone: (call) => call(here(56, 220), 17, 0, 0, 0, 0),
  clone3: (call) => call(435, buffer(), 64),
  unshare: (call) => call(here(272, 97), 0x10000000),
  setns: (call) => call(here(308, 268), CHANNEL, 0),

  "kill of the broker": (call, parent) => call(here(62, 129), parent, 0),
  "Node kills the broker": (_, parent) => (process.kill(parent, 0) ? 0 : -1),
  "kill of init": (call) => call(here(62, 129), 1, 0),
  "kill of all": (call) => call(here(62, 129), -1, 0),
  "tgkill of the broker": (call, parent) => call(here(234, 131), parent, parent, 0),
  tkill: (call, parent) => call(here(200, 130), parent, 0),
  pidfd_open: (call, parent) => call(434, parent, 0),
  pidfd_getfd: (call) => call(438, CHANNEL, 0, 0),
  rt_sigqueueinfo: (call, parent) => call(here(129, 138), parent, 0, buffer()),
  ptrace: (call, parent) => call(here(101, 117), 16, parent, 0, 0),
  process_vm_readv: (call, parent) => call(here(310, 270), parent, buffer(), 1, buffer(), 1, 0),
  process_vm_writev: (call, parent) => call(here(311, 271), parent, buffer(), 1, buffer(), 1, 0),
  kcmp: (call, parent) => call(here(312, 272), process.pid, parent, 0, 0, 0),
  "the broker's memory": (_, parent) => openSync(`/proc/${parent}/mem`, "r"),
  "limits of the broker": (call, parent) => call(here(302, 261), parent, 7, 0, buffer()),

  dup: (call) => call(here(32, 23), CHANNEL),
  dup3: (call) => call(here(292, 24), CHANNEL, 9, 0),
  "fcntl F_DUPFD": (call) => call(here(72, 25), CHANNEL, 0, 10),
  close: (call) => call(here(3, 57), CHANNEL),
  close_range: (call) => call(436, 0, 100, 0),
  ioctl: (call) => call(here(16, 29), CHANNEL, 0x541b, buffer()),
  "memory of a descriptor": (call) => call(here(9, 222), 0, 4096, 1, 2, CHANNEL, 0),
  "memory of others' making": (call) => call(here(30, 196), 0, 0, 0),

  io_uring_setup: (call) => call(425, 8, buffer()),
  io_uring_enter: (call) => call(426, 5, 1, 0, 0, 0),
  io_uring_register: (call) => call(427, 5, 0, 0, 0),
  io_setup: (call) => call(here(206, 0), 8, buffer()),

  "seccomp again": (call) => call(here(317, 277), 1, 0, buffer()),
  "prctl to be inspectable": (call) => call(here(157, 167), 4, 1, 0, 0, 0),
  "prctl to outlive the broker": (call) => call(here(157, 167), 1, 0, 0, 0, 0),
  "more descriptors": (call) => {
    const limits = Buffer.alloc(16, 1);
    return call(here(302, 261), 0, 7, limits, 0);
  },
  setuid: (call) => call(here(105, 146), 0),
  setpgid: (call) => call(here(109, 154), 0, 0),
  setsid: (call) => call(here(112, 157)),
  bpf: (call) => call(here(321, 280), 0, buffer(), 64),
  perf_event_open: (call) => call(here(298, 241), buffer(), 0, -1, -1, 0),
  userfaultfd: (call) => call(here(323, 282), 0),
  keyctl: (call) => call(here(250, 219), 0, 0),
  init_module: (call) => call(here(175, 105), buffer(), 0, text("")),
  reboot: (call) => call(here(169, 142), 0, 0, 0),
  landlock_add_rule: (call) => call(445, CHANNEL, 1, buffer(), 0),
  "a number of the x32 kind": (call) => call(0x40000000 + 39),
  "a number that no kernel has": (call) => call(4000),

  "a descriptor that the broker leaked": () => -readLeaked(4),
  "a descriptor far up that the broker leaked": () => -readLeaked(40),
  "memory without end": () => {
    const held: Buffer[] = [];
    for (let i = 0; i < 64; i++) held.push(Buffer.alloc(64 * MIB, 1));
    return held.length;
  },
  abort: () => process.abort(),
};

/** 0 when something could be read, else 1. */
function readLeaked(descriptor: number): number {
  try {
    readSync(descriptor, Buffer.alloc(10), 0, 10, null);
    return 0;
  } catch {
    return 1;
  }
}

function openCall(): SystemCall {
  const { functions } = dlopen(null, {
    syscall: {
      arguments: ["int64", "int64", "int64", "int64", "int64", "int64", "int64"],
      return: "int64",
    },
    __errno_location: { arguments: [], return: "pointer" },
  });
  const errno = functions.__errno_location() as bigint;
  const word = (value: Argument | undefined) =>
    typeof value === "object"
      ? getRawPointer(value.buffer as ArrayBuffer) + BigInt(value.byteOffset)
      : BigInt(value ?? 0);
  return (number, ...args) => {
    const words = [0, 1, 2, 3, 4, 5].map((index) => word(args[index]));
    const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = words;
    const result = Number(functions.syscall(BigInt(number), a, b, c, d, e, f));
    return result === -1 ? -getInt32(errno) : result;
  };
}

export function main(options: readonly string[]): void {
  const name = options[1] ?? "";
  if (name === "list") tell(`${JSON.stringify(Object.keys(attempts))}\n\n`);
  else make(name);
}

function make(name: string): void {
  const attempt = attempts[name];
  if (attempt === undefined) throw new Error(`no attempt ${name}`);
  const parent = process.ppid;
  prepare();
  const call = openCall();
  const walls = seal({ parent, memory: 256 * MIB });
  tell(`sealed ${walls.join(" ")}\n`);
  if (name !== "nothing") tell(`${outcomeOf(() => attempt(call, parent))}\n`);
  wait();
}

function outcomeOf(attempt: () => unknown): string {
  try {
    const result = attempt();
    return typeof result === "number" && result < 0 ? `refused ${-result}` : `worked ${result}`;
  } catch (error) {
    return `refused ${(error as NodeJS.ErrnoException).code ?? error}`;
  }
}

/** Until killed: behind the seal, Node cannot exit in order. */
function wait(): void {
  while (readSync(CHANNEL, Buffer.alloc(1), 0, 1, null) > 0);
}

function tell(line: string): void {
  writeSync(CHANNEL, line);
}
