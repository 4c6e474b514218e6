/** A broker to be killed: starts an engine with a program, prints its process id once it is ready, and lives on. */
import { adoptEngine } from "../../runtime/engine/hosts/process.ts";
import { spawnChild } from "./engine.ts";

const [script = "", source = ""] = process.argv.slice(2);
const engine = adoptEngine(spawnChild(script));
engine.listen(() => engine.pause());
engine.configure({ memory: 128 * 1024 * 1024, stack: 1024 * 1024, seed: null });
engine.start({ name: "main.ts", source, data: {} });
await engine.ready;
console.log(engine.pid);
setInterval(() => {}, 1000);
