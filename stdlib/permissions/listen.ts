import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Says whether the plugin wants to hear that what it may do has changed.",
  args: { on: s.bool() },
  result: s.nothing(),
  needs: () => ({}),
  run: ({ on }, _, cx) => {
    cx.run.listen(on);
    return null;
  },
  examples: [
    {
      call: 'permissions.query({ name: "env" }).then((status) => (status.onchange = () => {}) !== null)',
      grants: [],
      gives: "true",
    },
  ],
});
