/** Runs commands and measures them from outside: wall time, and the most memory that a command and its children held. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Run {
  readonly ms: number;
  readonly out: string;
  /** Bytes resident, summed over the processes; 0 where the system has no /proc. */
  readonly peak: number;
}

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const INTERVAL_MS = 10;

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  });
}

/** Each process's own high-water mark; a process that is just gone counts nothing. */
function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const own = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    return own + childrenOf(pid).reduce((sum, child) => sum + residentOf(child), 0);
  } catch {
    return 0;
  }
}

/** @param sampled measures memory too, which slows the command a little. @throws Error when the command fails */
export function run({ argv, env = {} }: Command, sampled = false): Promise<Run> {
  return new Promise((done, failed) => {
    const [command, ...args] = argv;
    let out = "";
    let err = "";
    let peak = 0;
    const started = performance.now();
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const sampler = sampled
      ? setInterval(() => (peak = Math.max(peak, residentOf(child.pid ?? 0))), INTERVAL_MS)
      : undefined;
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("error", failed);
    child.on("close", (code) => {
      const ms = performance.now() - started;
      clearInterval(sampler);
      if (code === 0) done({ ms, out, peak });
      else failed(new Error(`${argv.join(" ")} ended with ${code}\n${err}`));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = low] = sorted.slice(sorted.length % 2 === 1 ? middle : middle - 1, middle + 1);
  return sorted.length % 2 === 1 ? low : (low + high) / 2;
}

/** Medians of A and B, run in turns, so that both see the same machine. The first turn warms up and does not count.
 *  @throws Error when they print different things, and so did not do the same; `node -e 0` prints nothing and may. */
export async function sideBySide(rounds: number, a: Command, b: Command): Promise<{ a: number; b: number }> {
  const times = { a: [] as number[], b: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const [first, second] = [await run(a), await run(b)];
    if (second.out !== "" && first.out !== second.out) {
      throw new Error(`they did not do the same: ${first.out.slice(0, 80)} and ${second.out.slice(0, 80)}`);
    }
    if (round === 0) continue;
    times.a.push(first.ms);
    times.b.push(second.ms);
  }
  return { a: median(times.a), b: median(times.b) };
}
