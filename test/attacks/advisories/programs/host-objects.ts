import { args } from "sbx:plugin";
import { end, holds, refused } from "./held.ts";

const [origin = "", other = ""] = args;
let called = 0;
const trap = new Proxy(
  {},
  {
    get: (_, key) => {
      called += key === "then" ? 0 : 1;
      return () => (called += 1);
    },
  },
);
const hooks = [
  "agent",
  "dispatcher",
  "lookup",
  "client",
  "createConnection",
  "socketPath",
  "connect",
  "proxy",
  "hostname",
  "host",
  "port",
];
for (const hook of hooks) {
  await fetch(origin, { [hook]: trap } as object).then(
    (response) => response.text(),
    () => undefined,
  );
  await refused(`${hook} leads nowhere else`, () => fetch(other, { [hook]: { allowed: origin } } as object));
}
holds("no hook was called with an object of the host", called === 0);
end();
