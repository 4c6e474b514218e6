import { kv } from "sbx:data";
import { get, toObject } from "sbx:env";
import * as fs from "sbx:fs";
import { connectWebSocket } from "sbx:net";
import { permissions } from "sbx:permissions";
import { args } from "sbx:plugin";
import { end, holds, never, refused } from "./held.ts";

const [origin = ""] = args;
await refused("read", () => fs.readTextFile("docs/a.txt"));
await refused("list", () => fs.readDir("docs"));
await refused("write", () => fs.writeTextFile("out/x", "x"));
await refused("variable", () => get("VISIBLE"));
await never(
  "variables",
  (all) => Object.keys(all as object).length > 0,
  () => toObject(),
);
await refused("fetch", () => fetch(origin));
await refused("WebSocket", () => connectWebSocket(origin.replace("http", "ws")));
await refused("store", () => kv.set("a", 1));
for (const name of ["read", "write", "net", "env", "data"] as const)
  holds(`query of ${name}`, (await permissions.query({ name })).state === "denied");
end();
