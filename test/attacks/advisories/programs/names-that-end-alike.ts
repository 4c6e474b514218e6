import { connectWebSocket } from "sbx:net";
import { end, refused } from "./held.ts";

for (const name of [
  "notexample.test",
  "example.test.evil",
  "example.testx",
  "xexample.test",
  "example.test@evil.test",
  "evil.test#example.test",
  "evil.test?example.test",
  "evil.test\\example.test",
  "example.test%2eevil",
]) {
  await refused(`fetch ${name}`, () => fetch(`http://${name}/`, { headers: { Authorization: "HUSH" } }));
  await refused(`WebSocket ${name}`, () => connectWebSocket(`ws://${name}/`));
}
end();
