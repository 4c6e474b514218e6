import { kv } from "sbx:data";
import { end, holds, never } from "./held.ts";

await kv.set("own", "mine");
const texts = [
  ..."' OR 1=1 --|'; ATTACH DATABASE 'docs/secret.txt' AS x; --|%|_|own%00|\"; DROP TABLE entry; --|*|[a-z]|own' UNION SELECT 'x".split(
    "|",
  ),
  "x'; VACUUM INTO 'out/dump'; --",
  "load_extension('x')",
  "a\u0000b",
];
for (const text of texts) {
  await never(
    `get ${text}`,
    (value) => value === "mine",
    () => kv.get(text),
  );
  await never(
    `delete ${text}`,
    () => false,
    () => kv.delete(text),
  );
  await never(
    `list ${text}`,
    (rows) => JSON.stringify(rows).includes("mine"),
    async () => {
      const rows = [];
      for await (const row of kv.list({ prefix: text }) as AsyncIterable<unknown>) rows.push(row);
      return rows;
    },
  );
  await kv.set(text, text).catch(() => undefined);
  holds(`set ${text}`, ((await kv.get(text).catch(() => text)) ?? text) === text);
}
holds("what was there is there", (await kv.get("own")) === "mine");
end();
