import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Closes an open file, or ends a listing or a watch. Needs nothing, so that a handle can be given back after its grant is gone.",
  args: { handle: s.handle() },
  result: s.nothing(),
  needs: () => ({}),
  run: async ({ handle }, _powers, cx) => {
    await cx.drop(handle);
    return null;
  },
  examples: [
    {
      call: 'fs.open("notes.md").then((file) => file.close())',
      grants: ["read=./notes.md"],
      gives: "undefined",
    },
  ],
});
