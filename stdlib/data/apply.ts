import { defineOp, need, s } from "../../runtime/op.ts";

const key = s.text(1024);
const value = s.text(16_777_216);

export default defineOp({
  summary: "Changes entries of the plugin's own store, all or none; false when a check in it did not hold.",
  variants: ["set", "delete", "batch"],
  args: {
    changes: s.list(
      s.union(
        s.object({ op: s.oneOf("set"), key, value }),
        s.object({ op: s.oneOf("delete"), key }),
        s.object({ op: s.oneOf("check"), key, value: s.nullable(value) }),
      ),
      1000,
    ),
  },
  result: s.bool(),
  needs: () => ({ store: need.store("write") }),
  run: ({ changes }, { store }) => store.apply(changes),
  examples: [
    {
      call: 'data.kv.set("visits", 1).then(() => data.kv.get("visits"))',
      grants: ["data=kv"],
      gives: "1",
    },
  ],
});
