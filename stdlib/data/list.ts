import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives entries of the plugin's own store in key order, a page at a time.",
  args: { prefix: s.text(1024), after: s.optional(s.text(1024)), limit: s.int(1, 1000) },
  result: s.list(s.object({ key: s.text(1024), value: s.text(16_777_216) })),
  needs: () => ({ store: need.store("read") }),
  run: async ({ prefix, after, limit }, { store }) => [
    ...(await store.list({ prefix, limit, ...(after === undefined ? {} : { after }) })),
  ],
  examples: [{ call: 'data.kv.list({ prefix: "a/" })', grants: ["data=kv"], gives: "[]" }],
});
