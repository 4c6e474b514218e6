import { connectWebSocket } from "sbx:net";
import { args } from "sbx:plugin";
import { end, refused } from "./held.ts";

const port = new URL(args[0] ?? "").port;
const names =
  "127.0.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.1 0 0.0.0.0 localhost LOCALHOST localhost. [::ffff:7f00:1] [::ffff:127.0.0.1] [::127.0.0.1] [::1] [64:ff9b::7f00:1] [2002:7f00:1::] １２７.0.0.1 127.0.0.1. 127.255.255.254";
for (const name of names.split(" ")) {
  await refused(`fetch ${name}`, () => fetch(`http://${name}:${port}/`));
  await refused(`WebSocket ${name}`, () => connectWebSocket(`ws://${name}:${port}/`));
  await refused(`https ${name}`, () => fetch(`https://${name}:${port}/`));
}
end();
