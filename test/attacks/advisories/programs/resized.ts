import * as fs from "sbx:fs";
import { end, holds, never } from "./held.ts";

const MIB = 1024 * 1024;
type Resizable = ArrayBuffer & { resize(size: number): void; transfer(): ArrayBuffer };
const made = (size: number): Resizable => {
  const buffer = new (ArrayBuffer as unknown as new (size: number, options: object) => Resizable)(size, {
    maxByteLength: size,
  });
  new Uint8Array(buffer).fill(7);
  return buffer;
};
for (const [what, change] of [
  ["shrunk", (buffer: Resizable) => buffer.resize(1)],
  ["emptied", (buffer: Resizable) => buffer.resize(0)],
  ["transferred", (buffer: Resizable) => buffer.transfer()],
  ["overwritten", (buffer: Resizable) => new Uint8Array(buffer).fill(9)],
] as const) {
  const buffer = made(MIB);
  const writing = fs.writeFile("out/r", new Uint8Array(buffer));
  change(buffer);
  await writing;
  const found = await fs.readFile("out/r");
  holds(
    `written while ${what}: what was there when it was called`,
    found.length === MIB && found.every((byte) => byte === 7),
  );
  await never(
    `read into while ${what}`,
    () => false,
    async () => {
      const into = made(MIB);
      const reading = (await fs.open("out/r")).read(new Uint8Array(into));
      change(into);
      return reading;
    },
  );
  const grow: unknown[] = [];
  const again = fs.writeFile("out/r", new Uint8Array(made(MIB)));
  for (let n = 0; n < 20; n += 1) grow.push(new ArrayBuffer(MIB));
  await again;
  holds(`with the memory growing meanwhile (${grow.length})`, (await fs.stat("out/r")).size === MIB);
}
end();
