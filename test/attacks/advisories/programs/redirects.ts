import { args } from "sbx:plugin";
import { end, holds, refused } from "./held.ts";

const [a = "", b = "", c = ""] = args;
const headers = {
  Authorization: "Bearer HUSH",
  Cookie: "id=HUSH",
  "X-Api-Key": "HUSH",
  Accept: "text/plain",
};
for (const status of [301, 302, 303, 307, 308]) {
  const echoed = await (
    await fetch(`${a}/to?${status}&${encodeURIComponent(`${b}/echo`)}`, { headers })
  ).text();
  holds(`${status} to another origin carries no credentials: ${echoed}`, !echoed.includes("HUSH"));
  const back = await (
    await fetch(
      `${a}/to?${status}&${encodeURIComponent(`${b}/to?${status}&${encodeURIComponent(`${a}/echo`)}`)}`,
      { headers },
    )
  ).text();
  holds(`${status} there and back carries none either`, !back.includes("HUSH"));
  const same = await (
    await fetch(`${a}/to?${status}&${encodeURIComponent("/echo")}`, {
      headers: { Authorization: "Bearer HUSH" },
    })
  ).text();
  holds(`${status} within the origin keeps them`, same.includes("HUSH"));
  await refused(`${status} to what is not granted`, () =>
    fetch(`${a}/to?${status}&${encodeURIComponent(`${c}/echo`)}`),
  );
}
for (const place of [
  "file:///etc/passwd",
  "data:text/plain,x",
  "javascript:1",
  "//user:pass@evil.example/",
  "ftp://x/",
  "http://[::",
])
  await refused(`to ${place}`, () => fetch(`${a}/to?302&${encodeURIComponent(place)}`));
await refused("Proxy-Authorization", () => fetch(a, { headers: { "Proxy-Authorization": "Basic HUSH" } }));
end();
