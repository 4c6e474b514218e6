/** Prints through cli/output.ts: `node printer.ts BYTES`; says on stderr what became of it. A ticking clock shows whether it blocked. */
import { openOutput } from "../../cli/output.ts";

const size = Number(process.argv[2]);
const out = openOutput(1);
let ticks = 0;
setInterval(() => {
  ticks += 1;
}, 20).unref();
const block = new Uint8Array(Math.min(size, 65_536)).fill(97);
let sent = 0;
while (sent < size && !out.closed) {
  await out.write(block.subarray(0, Math.min(block.length, size - sent)));
  sent += block.length;
  await new Promise((done) => setImmediate(done));
}
await out.flush();
process.stderr.write(JSON.stringify({ closed: out.closed, whole: sent >= size, ticks }));
process.exit(0);
