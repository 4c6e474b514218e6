import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives the JSON text of one entry of the plugin's own store, or null where there is none.",
  args: { key: s.text(1024) },
  result: s.nullable(s.text(16_777_216)),
  needs: () => ({ store: need.store("read") }),
  run: ({ key }, { store }) => store.get(key),
  examples: [{ call: 'data.kv.get("visits")', grants: ["data=kv"], gives: "undefined" }],
});
