import * as fs from "sbx:fs";
import { end, never, refused } from "./held.ts";

const leak = (value: unknown): boolean => String(JSON.stringify(value)).includes("OUTSIDE");
const links = [
  "link-out",
  "chain2",
  "dirlink-out/secret.txt",
  "passwd",
  "dirlink-out/../dirlink-out/secret.txt",
];
for (const link of links) {
  const path = `docs/${link}`;
  await refused(`readTextFile ${link}`, () => fs.readTextFile(path));
  await refused(`readFile ${link}`, () => fs.readFile(path));
  await refused(`stat ${link}`, () => fs.stat(path));
  await refused(`realPath ${link}`, () => fs.realPath(path));
  await refused(`open ${link}`, () => fs.open(path));
  await refused(`open to write ${link}`, () => fs.open(path, { write: true }));
  await refused(`write ${link}`, () => fs.writeTextFile(path, "x"));
  await refused(`append ${link}`, () => fs.appendFile(path, "x"));
  await refused(`copy from ${link}`, () => fs.copyFile(path, "docs/copied"));
  await refused(`copy to ${link}`, () => fs.copyFile("docs/a.txt", path));
  await never(
    `exists ${link}`,
    (value) => value === true,
    () => fs.exists(path),
  );
}
for (const link of ["dirlink-out", "dirlink-out/."]) {
  await refused(`readDir ${link}`, async () => {
    const names = [];
    for await (const { name } of fs.readDir(`docs/${link}`)) names.push(name);
    return names;
  });
  await refused(`watch ${link}`, () => fs.watch(`docs/${link}`));
  await refused(`mkdir below ${link}`, () => fs.mkdir(`docs/${link}/made`));
  await refused(`write below ${link}`, () => fs.writeTextFile(`docs/${link}/made`, "x"));
  await refused(`move into ${link}`, () => fs.rename("docs/a.txt", `docs/${link}/a.txt`));
  await refused(`remove below ${link}`, () => fs.remove(`docs/${link}/secret.txt`));
  await refused(`temporary folder below ${link}`, () => fs.makeTempDir({ dir: `docs/${link}` }));
}
await never("a listing shows no content", leak, async () => {
  const all = [];
  for await (const entry of fs.readDir("docs")) all.push(entry);
  return all;
});
end();
