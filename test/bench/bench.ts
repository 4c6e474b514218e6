/** `npm run bench`: what the walls cost, as ratios to plain Node measured in turns in the same run. Prints a table; fails at nothing,
 *  because a figure depends on the machine. `--quick` takes fewer rounds. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { sbx, setup } from "../support/build.ts";
import { buildChild, spawnChild } from "../support/engine.ts";
import { measureData } from "./data.ts";
import { type Command, median, run, sideBySide } from "./measure.ts";
import { calls, fetches, hello, largeFile, type Pair, smallFiles } from "./programs.ts";
import { measureRules } from "./rules.ts";

interface Line {
  readonly what: string;
  readonly result: string;
  readonly goal: string;
  readonly met: boolean | null;
  readonly detail: string;
}

const MIB = 1024 * 1024;
const quick = process.argv.includes("--quick");
const rounds = (full: number): number => (quick ? Math.max(2, Math.floor(full / 5)) : full);
const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

const folder = mkdtempSync(join(tmpdir(), "sbx-bench-"));
const env = { SBX_HOME: join(folder, "home"), LANG: "C.UTF-8" };

function place(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Both sides of a pair as commands. */
function commands(
  name: string,
  pair: Pair,
  options: readonly string[],
  ...words: string[]
): [Command, Command] {
  const forSbx = place(`${name}.ts`, pair.sbx);
  const forNode = place(`${name}.mjs`, pair.node);
  return [
    { argv: [sbx, "run", forSbx, ...options, "--quiet", "--", ...words], env },
    { argv: [process.execPath, forNode, ...words] },
  ];
}

async function benchHello(): Promise<Line[]> {
  const [ours] = commands("hello", hello, []);
  const times = await sideBySide(rounds(30), ours, { argv: [process.execPath, "-e", "0"] });
  const ratio = times.a / times.b;
  const { peak } = await run(ours, true);
  const detail = `${ms(times.a)} against node -e 0 ${ms(times.b)}`;
  return [
    { what: "hello, cached", result: `${ratio.toFixed(2)} ×`, goal: "≤ 3.0 ×", met: ratio <= 3, detail },
    {
      what: "hello, peak memory",
      result: mib(peak),
      goal: "",
      met: null,
      detail: "broker and engine together",
    },
  ];
}

/** The seal alone, in a process that does nothing else. */
async function benchSeal(): Promise<Line[]> {
  if (process.platform !== "linux") return [];
  const probe = buildChild("test/bench/sealProbe.ts");
  const times: number[] = [];
  for (let i = 0; i < rounds(30); i += 1) {
    const child: ChildProcess = spawnChild(probe.script);
    const [told] = (await once(child.stdio[3] as Socket, "data")) as [Buffer];
    times.push(Number(told.toString()));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  probe.remove();
  const cost = median(times);
  return [{ what: "the seal", result: ms(cost), goal: "≤ 3 ms", met: cost <= 3, detail: "of every start" }];
}

async function benchSmallFiles(): Promise<Line[]> {
  const files = join(folder, "files");
  for (let n = 0; n < 10; n += 1) {
    mkdirSync(join(files, String(n)), { recursive: true });
    for (let i = 0; i < 1000; i += 1) writeFileSync(join(files, String(n), `${i}.txt`), "x".repeat(500 + i));
  }
  const lines: Line[] = [];
  for (const [width, what] of [
    ["1", "10 000 small files, one after the other"],
    ["32", "10 000 small files, 32 at once"],
  ] as const) {
    const pair = commands("small", smallFiles, [`--allow-read=${files}`], files, width);
    const times = await sideBySide(rounds(5), ...pair);
    const ratio = times.a / times.b;
    const detail = `${ms(times.a)} against ${ms(times.b)}`;
    lines.push({ what, result: `${ratio.toFixed(2)} ×`, goal: "≤ 3 ×", met: ratio <= 3, detail });
  }
  return lines;
}

async function benchLargeFile(): Promise<Line[]> {
  const block = Buffer.alloc(MIB, "sbx ");
  const make = (name: string, size: number): string => {
    const path = place(name, "");
    for (let i = 0; i < size; i += 1) writeFileSync(path, block, { flag: "a" });
    return path;
  };
  const [large, small] = [make("256.bin", 256), make("32.bin", 32)];
  const of = (path: string): [Command, Command] =>
    commands("large", largeFile, [`--allow-read=${folder}`, "--traffic=10gb"], path);
  const times = await sideBySide(rounds(5), ...of(large));
  const [empty] = commands("hello", hello, []);
  const start = median([(await run(empty)).ms, (await run(empty)).ms, (await run(empty)).ms]);
  const speed = (256 * MIB) / 1e6 / ((times.a - start) / 1000);
  const ratio = (times.a / times.b).toFixed(2);
  const peaks = [(await run(of(large)[0], true)).peak, (await run(of(small)[0], true)).peak] as const;
  const flat = peaks[0] - peaks[1] < 32 * MIB;
  return [
    {
      what: "one file of 256 MiB, streamed",
      result: `${Math.round(speed)} MB/s`,
      goal: "≥ 500 MB/s",
      met: speed >= 500,
      detail: `without the start; ${ratio} × plain Node: ${ms(times.a)} against ${ms(times.b)}`,
    },
    {
      what: "its peak memory",
      result: mib(peaks[0]),
      goal: "flat",
      met: flat,
      detail: `${mib(peaks[1])} for a file of 32 MiB`,
    },
  ];
}

/** The server is a process of its own, so that it takes no turns with this one. */
async function benchFetches(): Promise<Line[]> {
  const server = spawn(process.execPath, [import.meta.filename, "--serve"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [told] = (await once(server.stdout, "data")) as [Buffer];
  const origin = `http://127.0.0.1:${told.toString().trim()}`;
  const options = [`--allow-net=${origin.slice(7)}`];
  const times = await sideBySide(rounds(5), ...commands("fetches", fetches, options, origin));
  server.kill();
  const ratio = (times.a / times.b).toFixed(2);
  const detail = `${ms(times.a)} against ${ms(times.b)}`;
  return [{ what: "2 000 small fetches", result: `${ratio} ×`, goal: "", met: null, detail }];
}

function serve(): void {
  const server = createServer((_, response) => response.end("a small answer"));
  server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
  process.stdin.on("end", () => process.exit()).resume();
}

async function benchCalls(): Promise<Line[]> {
  const path = place("calls.ts", calls);
  const seen: { alone: number; together: number }[] = [];
  for (let i = 0; i < rounds(5); i += 1) {
    const { out } = await run({ argv: [sbx, "run", path, "--allow-env=LANG", "--quiet"], env });
    seen.push(JSON.parse(out) as { alone: number; together: number });
  }
  const rate = (of: number[]): string => `${Math.round(median(of) / 100) / 10} k/s`;
  const detail = `one after the other; ${rate(seen.map(({ together }) => together))} forty at once`;
  const result = rate(seen.map(({ alone }) => alone));
  return [{ what: "host calls, judged and audited", result, goal: "", met: null, detail }];
}

/** Half of the rules deny, and a third of the requests is covered by none. Mixed, the rules stand in a ceiling too. */
async function benchRules(): Promise<Line[]> {
  const { cost, build } = measureRules();
  const us = (value: number): string => `${value.toFixed(2)} µs`;
  const lines = cost.map(({ name, few, many }) => ({
    what: `a check with 10 000 rules, ${name}`,
    result: us(many),
    goal: "< 2 µs",
    met: many < 2,
    detail: `${us(few)} with 10`,
  }));
  const detail = "parsed already";
  const put: Line = {
    what: "10 000 rules put in force",
    result: ms(build),
    goal: "< 30 ms",
    met: build < 30,
    detail,
  };
  return [...lines, put];
}

async function benchData(): Promise<Line[]> {
  const { grouped, streamed } = await measureData(folder, sbx, env);
  const ratio = grouped.ours / grouped.theirs;
  const flat = streamed.peak - streamed.tenth < 32 * MIB;
  return [
    {
      what: "a grouped count of 1 000 000 rows",
      result: `${ratio.toFixed(2)} ×`,
      goal: "≤ 1.3 ×",
      met: ratio <= 1.3,
      detail: `${ms(grouped.ours)} against the same SQL on node:sqlite ${ms(grouped.theirs)}`,
    },
    {
      what: "1 000 000 rows, one by one",
      result: `${Math.round(streamed.rate / 1000)} k/s`,
      goal: "",
      met: null,
      detail: "without the start",
    },
    {
      what: "their peak memory",
      result: mib(streamed.peak),
      goal: "flat",
      met: flat,
      detail: `${mib(streamed.tenth)} for a tenth of them`,
    },
  ];
}

function print(lines: readonly Line[]): void {
  console.log(`\n${cpus().length} cores, ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}\n`);
  console.log("| what | result | goal | | |\n|---|---|---|---|---|");
  for (const { what, result, goal, met, detail } of lines) {
    console.log(
      `| ${what} | ${result} | ${goal} | ${met === null ? "" : met ? "met" : "missed"} | ${detail} |`,
    );
  }
}

const benches = [
  benchHello,
  benchSeal,
  benchSmallFiles,
  benchLargeFile,
  benchFetches,
  benchCalls,
  benchRules,
  benchData,
];

async function main(): Promise<void> {
  setup();
  const lines: Line[] = [];
  try {
    for (const bench of benches) {
      const found = await bench();
      for (const { what, result } of found) console.log(`${what}: ${result}`);
      lines.push(...found);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(lines);
}

if (process.argv.includes("--serve")) serve();
else await main();
