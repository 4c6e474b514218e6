import * as fs from "sbx:fs";
import { args } from "sbx:plugin";
import { end, holds } from "./held.ts";

const [origin = ""] = args;
const MIB = 1024 * 1024;
const lanes = [1, 2, 3, 4, 5, 6];
await Promise.all(lanes.map((n) => fs.writeFile(`out/lane${n}`, new Uint8Array(3 * MIB + n).fill(n))));
const apart = async (stream: AsyncIterable<Uint8Array>, n: number): Promise<boolean> => {
  for await (const piece of stream)
    for (let at = 0; at < piece.length; at += 997) if (piece[at] !== n) return false;
  return true;
};
const files = lanes.map(async (n) => apart((await fs.open(`out/lane${n}`)).readable, n));
const answers = lanes.map(async (n) =>
  apart((await fetch(`${origin}/fill?${n}`)).body as unknown as AsyncIterable<Uint8Array>, n),
);
for (const [n, ok] of (await Promise.all([...files, ...answers])).entries())
  holds(`stream ${n} has its own bytes`, ok);
end();
