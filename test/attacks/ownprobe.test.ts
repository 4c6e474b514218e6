import { spawn } from "node:child_process";
import { join } from "node:path";
import { it } from "vitest";
import { adoptEngine, engineSpawnOptions } from "../../runtime/engine/hosts/process.ts";
import { Session } from "../../runtime/session.ts";
import { findOperation, operationPaths, World } from "../support/world.ts";
const modes = process.env.MODES?.split(";") ?? ["a key of megabytes","eight million changes","a million empty objects","a million headers","a million unknown keys","deep arguments","names of objects' own members","one number for every call","cancelling what it never called","a frame that never ends","a length beyond all","a head longer than its frame","ready twice","a stream that is none","half a million handle calls"];
it.each(modes)("%s", async (mode) => {
  const world = new World({});
  const child = spawn(process.execPath, [join(import.meta.dirname, "own/hostile-engine.mjs"), mode], engineSpawnOptions);
  const engine = adoptEngine(child);
  let worst = 0, last = performance.now(), peak = 0;
  const beat = setInterval(() => { const n = performance.now(); worst = Math.max(worst, n - last); last = n; peak = Math.max(peak, process.memoryUsage().rss); }, 5);
  const session = new Session({ engine, program: { name: "main.ts", source: "", data: {} },
    operations: async (name) => (operationPaths.has(name) ? findOperation(name) : undefined),
    sources: world.sources, opener: world.tree.opener, policy: world.policy, flow: world.flow, consent: null, memory: null, audit: world.sink,
    subject: { run: "RUN", plugin: { id: "t", version: "1", content: "" } }, who: "main.ts", clock: world.clock, limits: world.budget.limits, seed: null,
    output: { write: () => undefined }, input: async () => ({ bytes: new Uint8Array(0), done: true }), locate: () => undefined });
  setTimeout(() => session.stop(), 4000);
  const outcome = await session.run();
  clearInterval(beat);
  console.log("##", mode, "=>", outcome.end.kind, (outcome.end as any).error?.message?.slice(0,80), "exit", outcome.exit, "denials", outcome.denials.length, "worst stall", Math.round(worst), "ms", "rss", Math.round(peak/1e6));
}, 60000);
