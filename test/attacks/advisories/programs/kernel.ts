import * as fs from "sbx:fs";
import { end, never, refused } from "./held.ts";

const files = [
  ..."/proc/self/environ /proc/self/mem /proc/self/maps /proc/self/fd/0 /proc/self/root/etc/passwd /proc/self/cwd/docs/a.txt".split(
    " ",
  ),
  ..."//proc/self/environ /etc/../proc/self/environ /proc/./self/environ /proc/thread-self/environ /proc/1/environ /dev/tty".split(
    " ",
  ),
  ..."/dev/stdin /dev/stdout /dev/fd/0 /dev/zero /dev/urandom /dev/kmsg /sys/kernel/notes /proc/kcore /proc/sys/kernel/ostype docs/proc/self/environ".split(
    " ",
  ),
];
for (const path of files) {
  await refused(`read ${path}`, () => fs.readFile(path));
  await refused(`open ${path}`, () => fs.open(path));
  await refused(`write ${path}`, () => fs.writeTextFile(path, "x"));
  await refused(`append ${path}`, () => fs.appendFile(path, "x"));
  await refused(`copy ${path}`, () => fs.copyFile(path, "out/copy"));
  await refused(`stat ${path}`, () => fs.stat(path));
  await refused(`lstat ${path}`, () => fs.lstat(path));
  await refused(`realPath ${path}`, () => fs.realPath(path));
}
for (const folder of [
  "/proc/self",
  "/proc/self/root",
  "/proc/self/fd",
  "/proc/1",
  "/proc",
  "/sys",
  "docs/proc",
  "docs/proc/self",
]) {
  await refused(`list ${folder}`, async () => {
    const names = [];
    for await (const { name } of fs.readDir(folder)) names.push(name);
    return names;
  });
  await refused(`watch ${folder}`, () => fs.watch(folder));
  await never(
    `exists ${folder}/environ`,
    (value) => value === true,
    () => fs.exists(`${folder}/environ`),
  );
}
end();
