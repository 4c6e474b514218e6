/** The same work twice: for sbx, and for plain Node. What differs is only where the functions come from. */
export interface Pair {
  readonly sbx: string;
  readonly node: string;
}

function pair(body: string, imports: Pair): Pair {
  return { sbx: `${imports.sbx}\n${body}`, node: `${imports.node}\n${body}` };
}

/** Runs `work` over 0 … count-1, `width` at once. */
const LANES = `
async function lanes(count, width, work) {
  let next = 0;
  const lane = async () => { while (next < count) await work(next++); };
  await Promise.all(Array.from({ length: width }, lane));
}`;

export const hello: Pair = pair('console.log("hello");', { sbx: "", node: "" });

/** Lists a folder of ten folders and reads every file in them, as many at once as the second argument says. */
export const smallFiles: Pair = pair(
  `${LANES}
const folder = argv[0];
const width = Number(argv[1]);
let bytes = 0;
for (let n = 0; n < 10; n += 1) {
  const names = [];
  for await (const { name } of await list(folder + "/" + n)) names.push(name);
  await lanes(names.length, width, async (i) => {
    const { length } = await readFile(folder + "/" + n + "/" + names[i]);
    bytes += length;
  });
}
console.log(bytes);`,
  {
    sbx: `import { readDir as list, readFile } from "sbx:fs"; import { args as argv } from "sbx:plugin";`,
    node: `import { opendir as list, readFile } from "node:fs/promises"; const argv = process.argv.slice(2);`,
  },
);

/** Streams one file and counts its bytes. */
export const largeFile: Pair = pair(
  `let bytes = 0;
for await (const chunk of await stream(argv[0])) bytes += chunk.length;
console.log(bytes);`,
  {
    sbx: `import { open } from "sbx:fs"; import { args as argv } from "sbx:plugin";
const stream = async (path) => (await open(path)).readable;`,
    node: `import { open } from "node:fs/promises"; const argv = process.argv.slice(2);
const stream = async (path) => (await open(path)).readableWebStream();`,
  },
);

/** Fetches one small answer many times. */
export const fetches: Pair = pair(
  `${LANES}
let bytes = 0;
await lanes(2000, 16, async (i) => {
  const response = await fetch(argv[0] + "/" + i);
  const { length } = await response.text();
  bytes += length;
});
console.log(bytes);`,
  {
    sbx: `import { args as argv } from "sbx:plugin";`,
    node: "const argv = process.argv.slice(2);",
  },
);

/** Calls that go the whole way through the gate and the audit and then do next to nothing. Prints calls a second. */
export const calls = `import { get } from "sbx:env";
const count = 20_000;
const started = performance.now();
for (let i = 0; i < count; i += 1) await get("LANG");
const alone = performance.now() - started;
const again = performance.now();
for (let i = 0; i < count; i += 40) await Promise.all(Array.from({ length: 40 }, () => get("LANG")));
const together = performance.now() - again;
console.log(JSON.stringify({ alone: count / alone * 1000, together: count / together * 1000 }));`;
