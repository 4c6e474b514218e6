import * as fs from "sbx:fs";
import { connectWebSocket } from "sbx:net";
import { end, refused } from "./held.ts";

const path = await fs.realPath("docs").catch(() => "docs");
for (const url of [
  `unix:${path}/sock`,
  `http+unix://${encodeURIComponent(`${path}/sock`)}/`,
  `http://unix:${path}/sock:/`,
  `file://${path}/sock`,
  "npipe:////./pipe/docker_engine",
  "http://[docs/sock]/",
  `http://${encodeURIComponent(`${path}/sock`)}/`,
]) {
  await refused(`fetch ${url}`, () => fetch(url));
  await refused(`WebSocket ${url}`, () => connectWebSocket(url));
}
await refused("options", () =>
  fetch("http://localhost:1/", { unix: `${path}/sock`, socketPath: `${path}/sock` } as object),
);
for (const work of [
  () => fs.readFile("docs/sock"),
  () => fs.writeTextFile("docs/sock", "GET / HTTP/1.0\r\n\r\n"),
  () => fs.open("docs/sock"),
  () => fs.open("docs/sock", { write: true }),
  () => fs.appendFile("docs/sock", "x"),
  () => fs.copyFile("docs/sock", "out/s"),
])
  await refused(String(work), work);
end();
