import { args } from "sbx:plugin";
import { end, holds, never } from "./held.ts";

const [, , , raw = "", count = "0"] = args;
for (let n = 0; n < Number(count); n += 1)
  await never(
    `answer ${n}`,
    () => false,
    async () => {
      const response = await fetch(`${raw}/${n}`, { signal: AbortSignal.timeout(3000) });
      return [response.status, [...response.headers], (await response.text()).length];
    },
  );
const ok = await fetch(`${raw}/ok`);
holds("and the next one is an answer like any other", (await ok.text()) === "hello");
end();
