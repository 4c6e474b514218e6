import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { adoptEngine, engineSpawnOptions } from "../../runtime/engine/hosts/process.ts";
import { buildChild, NODE_OPTIONS, spawnChild } from "../support/engine.ts";

const isLinux = process.platform === "linux";
const probe = buildChild("test/support/wall-probe.ts");
const engine = buildChild();
afterAll(() => {
  probe.remove();
  engine.remove();
});

interface Seen {
  /** What came after the seal: "refused EPERM", "worked 5", or nothing. */
  readonly said: string;
  readonly signal: NodeJS.Signals | null;
  readonly walls: readonly string[];
}

async function watch(child: ChildProcess): Promise<Seen> {
  const socket = child.stdio[3] as Socket;
  let told = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    told += text;
    if (told.split("\n").length > 2) child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const [first = "", said = ""] = told.split("\n");
  return { said, signal, walls: first.split(" ").slice(1) };
}

const attempt = (name: string) => watch(spawnChild(probe.script, 0, name));

/** Calls that harmless code makes and copes without: answered, not deadly. */
const REFUSED = [
  "Node opens a file",
  "Node reads its own memory",
  "openat",
  "openat to write",
  "statx",
  "newfstatat",
  "tgkill of the broker",
  "the broker's memory",
  "limits of the broker",
  "dup",
  "fcntl F_DUPFD",
  "close",
  "ioctl",
  "memory of a descriptor",
  "io_uring_enter",
  "prctl to be inspectable",
  "prctl to outlive the broker",
  "more descriptors",
];

const LEAKED = ["a descriptor that the broker leaked", "a descriptor far up that the broker leaked"];

const KILLED = [
  ...[
    "openat2",
    "open_by_handle_at",
    "getdents64",
    "mkdirat",
    "unlinkat",
    "renameat2",
    "symlinkat",
    "linkat",
  ],
  ...["chdir", "chroot", "mount", "memfd_create", "a pipe", "inotify_init1", "sendfile", "splice"],
  ...[
    "Node listens",
    "socket",
    "a local socket",
    "a raw socket",
    "a netlink socket",
    "socketpair",
    "connect",
  ],
  ...["bind", "listen", "a descriptor sent", "a descriptor received"],
  ...["Node starts a program", "Node starts a thread", "execve", "execveat", "fork", "clone", "clone3"],
  ...["unshare", "setns"],
  ...["kill of the broker", "Node kills the broker", "kill of init", "kill of all", "tkill", "pidfd_open"],
  ...["pidfd_getfd", "rt_sigqueueinfo", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp"],
  ...["dup3", "close_range", "memory of others' making"],
  ...["io_uring_setup", "io_uring_register", "io_setup"],
  ...["seccomp again", "setuid", "setpgid", "setsid", "bpf", "perf_event_open", "userfaultfd", "keyctl"],
  ...[
    "init_module",
    "reboot",
    "landlock_add_rule",
    "a number of the x32 kind",
    "a number that no kernel has",
  ],
];

describe.skipIf(!isLinux)("behind the seal", () => {
  test.concurrent.each(REFUSED)("%s is refused", async (name) => {
    const { said, signal, walls } = await attempt(name);
    expect(walls).toContain("system-calls");
    expect(said).toMatch(/^refused (EPERM|EACCES|1|13)$/);
    expect(signal).toBe("SIGKILL");
  });

  test.concurrent.each(KILLED)("%s kills the process", async (name) => {
    const { said, signal, walls } = await attempt(name);
    expect(walls).toContain("system-calls");
    expect(said).toBe("");
    expect(signal).toBe("SIGSYS");
  });

  test("an attempt that is allowed is told as such, so that the probe can fail", async () => {
    expect(await attempt("anonymous memory")).toMatchObject({ said: "worked 0", signal: "SIGKILL" });
  });

  test("every attempt of the probe is in one of the lists", async () => {
    const child = spawnChild(probe.script, 0, "list");
    const [text] = (await once((child.stdio[3] as Socket).setEncoding("utf8"), "data")) as [string];
    await once(child, "close");
    const others = ["nothing", ...LEAKED, "anonymous memory", "memory without end", "abort"];
    expect((JSON.parse(text) as string[]).sort()).toEqual([...REFUSED, ...KILLED, ...others].sort());
  });

  test("memory has an end that the kernel holds", async () => {
    const { said, signal } = await attempt("memory without end");
    expect(said).not.toMatch(/^worked/);
    expect(said !== "" || ["SIGABRT", "SIGTRAP", "SIGILL"].includes(signal ?? "")).toBe(true);
  });

  test("abort is seen as such, not as a forbidden call", async () => {
    expect((await attempt("abort")).signal).toBe("SIGABRT");
  });

  test.each(LEAKED)("%s is closed", async (name) => {
    const leaked = openSync("/etc/hostname", "r");
    const stdio: ("ignore" | "pipe" | number)[] = [...engineSpawnOptions.stdio];
    stdio[name.includes("far up") ? 40 : 4] = leaked;
    const filled = Array.from(stdio, (entry) => entry ?? "ignore");
    const child = spawn(process.execPath, [...NODE_OPTIONS, probe.script, "--memory=0", name], {
      ...engineSpawnOptions,
      stdio: filled,
    });
    const { said } = await watch(child);
    closeSync(leaked);
    expect(said).toBe("refused 1");
  });

  test("a standard stream that leads somewhere makes the seal fail", async () => {
    const child = spawn(process.execPath, [...NODE_OPTIONS, engine.script, "--memory=67108864"], {
      ...engineSpawnOptions,
      stdio: ["ignore", "pipe", "ignore", "pipe"],
    });
    expect(await adoptEngine(child).exited).toMatchObject({ kind: "unsealed", step: "seal: descriptors" });
  });

  test("every thread is behind it, and the process cannot be inspected or gain privileges", async () => {
    const child = spawnChild(probe.script, 0, "nothing");
    await once(child.stdio[3] as Socket, "data");
    const threads = readdirSync(`/proc/${child.pid}/task`);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) {
      const status = readFileSync(`/proc/${child.pid}/task/${thread}/status`, "latin1");
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^Seccomp:\t2$/m);
    }
    const limits = readFileSync(`/proc/${child.pid}/limits`, "latin1");
    expect(limits).toMatch(/^Max open files\s+0\s+0/m);
    expect(limits).toMatch(/^Max file size\s+0\s+0/m);
    child.kill("SIGKILL");
    await once(child, "close");
  });
});

describe.skipIf(!isLinux)("an engine never outlives its broker", () => {
  const cases = [
    { why: "when it computes", source: "for (;;);" },
    { why: "when it waits", source: "await new Promise(() => {})" },
    { why: "when its output is not read", source: 'for (;;) console.log("x".repeat(1000))' },
  ];
  test.each(cases)("$why", async ({ source }) => {
    const broker = new URL("../support/broker.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, ["--no-warnings", broker, engine.script, source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGKILL");
    await once(child, "close");
    const deadline = performance.now() + 1000;
    while (isAlive(pid) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isAlive(pid)).toBe(false);
  });
});

/** Zombies count as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}
