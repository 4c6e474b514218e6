import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Removes a file, a link, or a folder; with `recursive` a folder with all that is in it. Links are not followed, and nothing is removed when something in it is not granted.",
  args: { path: s.path(), recursive: s.optional(s.bool()) },
  result: s.nothing(),
  needs: ({ path, recursive = false }) => ({ entry: need.write(path, { entry: true, tree: recursive }) }),
  run: async ({ recursive = false }, { entry }) => {
    await entry.remove({ recursive });
    return null;
  },
  examples: [
    {
      call: 'fs.remove("sub", { recursive: true }).then(() => fs.exists("sub"))',
      grants: ["read=.", "write=."],
      gives: "false",
    },
  ],
});
