/** Starts the bundler as a process of its own that can do nothing but answer: no environment, no new descriptors, no file
 *  written, memory, CPU and wall time bounded. The bounds stand before it is sent its first byte of a plugin.
 *  Its JavaScript API is run with the few modules that it needs handed in, so that it cannot start or read anything else.
 *
 *  Refuses to know: where the executable lies, what is bundled. */
import { type ChildProcess, spawn } from "node:child_process";
import { compileFunction } from "node:vm";
import type { BuildOptions, BuildResult } from "esbuild";
import { fail } from "../../core/errors.ts";
import { boundProcess, hasPoller } from "./rlimits.ts";

/** Enough for megabytes of packages; hostile sources reach them within seconds. */
export const bundlerBounds = { time: 20_000, memory: 384 * 2 ** 20 } as const;

export interface BundlerStart {
  /** Path of esbuild's executable. */
  readonly command: string;
  /** Text of esbuild's lib/main.js, of the same version. */
  readonly api: string;
  /** Wall time in ms. */
  readonly time: number;
  /** Memory in bytes. */
  readonly memory: number;
}

/** The poller is made within a millisecond of the first output; this is for a machine that stands still. In ms. */
const pollerWait = 2000;

const maxWords = 4096;

interface Api {
  build(options: BuildOptions): Promise<BuildResult>;
}

/** What the API writes to, and when it may. */
class HeldInput {
  readonly #child: ChildProcess;
  #waiting: { bytes: Uint8Array; done: (error?: Error | null) => void }[] | undefined = [];

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.#waiting === undefined) this.#child.stdin?.write(bytes, done);
    else this.#waiting.push({ bytes, done });
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { bytes, done } of waiting) this.#child.stdin?.write(bytes, done);
  }

  on(event: string, listener: (error: Error) => void): void {
    this.#child.stdin?.on(event, listener);
  }

  destroy(): void {
    this.#child.stdin?.destroy();
  }
}

/** esbuild's API with exactly these modules, and a process object that holds nothing of this process. */
function loadApi(text: string, childProcess: object): Api {
  const modules: { readonly [name: string]: object } = {
    child_process: childProcess,
    fs: { existsSync: () => true },
    os: {},
    path: {},
    crypto: {},
    tty: { isatty: () => false },
  };
  const world = {
    env: { ESBUILD_BINARY_PATH: "/", ESBUILD_WORKER_THREADS: "0" },
    cwd: () => "/",
    platform: process.platform,
    versions: { node: process.versions.node },
  };
  const module: { exports: object } = { exports: {} };
  const parameters = ["exports", "require", "module", "__filename", "__dirname", "process"];
  const run = compileFunction(text, parameters, { filename: "esbuild" }) as (...args: unknown[]) => void;
  const require = (name: string): object => {
    const found = modules[name];
    if (found === undefined) throw fail("E_INTERNAL", `the bundler's API asked for ${name}`);
    return found;
  };
  run(module.exports, require, module, "/main.js", "/", world);
  return module.exports as Api;
}

/** Go's own words when an allocation is refused; its collector then dies of a null pointer as often as it says so. */
const isOutOfMemory = (text: string): boolean =>
  /out of memory|cannot allocate memory|failed to create new OS thread|^SIGSEGV|^fatal error: /m.test(text);

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

const isServiceEnd = (failure: unknown): boolean => {
  if (typeof failure !== "object" || failure === null || !("errors" in failure)) return true;
  const errors = failure.errors as { text: string }[];
  return errors.some(({ text }) => /^The service (was stopped|is no longer running)/.test(text));
};

/** One process for one program: started by the first `build`, ended by `stop`. */
class BundlerProcess {
  readonly #start: BundlerStart;
  #api: Api | undefined;
  #child: ChildProcess | undefined;
  #closed: Promise<unknown> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;
  #unbounded: unknown;
  /** The beginning of what it said on stderr. */
  #words = "";

  constructor(start: BundlerStart) {
    this.#start = start;
  }

  /** @throws SbxError E_LIMIT_TIME, E_LIMIT_MEMORY; E_UNAVAILABLE when it cannot be started or bounded;
   *  esbuild's own failure with `errors` when the program is wrong */
  async build(options: BuildOptions): Promise<BuildResult> {
    try {
      this.#api ??= loadApi(this.#start.api, { spawn: this.#launch });
      return await this.#api.build(options);
    } catch (failure) {
      throw isServiceEnd(failure) ? await this.#whyEnded(failure) : failure;
    }
  }

  stop = (): void => {
    clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
  };

  /** Stands in for `child_process.spawn`: the command is ours, the arguments are the API's. */
  #launch = (_command: string, args: readonly string[]): object => {
    const { command, memory, time } = this.#start;
    const child = spawn(command, args, {
      env: { GOMEMLIMIT: String(Math.floor(memory * 0.75)), GOTRACEBACK: "none" },
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      windowsHide: true,
    });
    const stdin = new HeldInput(child);
    this.#child = child;
    this.#closed = new Promise((resolve) => {
      child.once("close", resolve).once("error", resolve);
    });
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.stop();
    }, time);
    child.stdout.once("data", () => void this.#bound(child.pid ?? 0, stdin));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#words.length < maxWords) this.#words += text;
    });
    return {
      stdin,
      stdout: child.stdout,
      on: child.on.bind(child),
      ref: child.ref.bind(child),
      unref: child.unref.bind(child),
      kill: this.stop,
    };
  };

  /** Puts the bounds in place, then lets the first request through. */
  async #bound(pid: number, stdin: HeldInput): Promise<void> {
    const deadline = performance.now() + pollerWait;
    try {
      while (!hasPoller(pid)) {
        if (performance.now() > deadline)
          throw fail("E_UNAVAILABLE", "the bundler did not start as it should");
        await new Promise((resolve) => setImmediate(resolve));
      }
      boundProcess(pid, this.#start);
      stdin.release();
    } catch (error) {
      this.#unbounded = error;
      this.stop();
    }
  }

  async #whyEnded(failure: unknown): Promise<unknown> {
    const { time, memory } = this.#start;
    if (this.#timedOut)
      return fail("E_LIMIT_TIME", `bundling the program takes longer than ${seconds(time)}`);
    if (this.#unbounded !== undefined) return this.#unbounded;
    await this.#closed;
    if (isOutOfMemory(this.#words)) {
      return fail("E_LIMIT_MEMORY", `bundling the program takes more memory than ${megabytes(memory)}`);
    }
    return fail("E_UNAVAILABLE", "the bundler could not be started, or ended by itself", {
      cause: this.#words === "" ? failure : new Error(this.#words.slice(0, 400)),
    });
  }
}

export const startBundler = (start: BundlerStart): BundlerProcess => new BundlerProcess(start);
