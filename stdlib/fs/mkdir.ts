import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Makes a folder; with `recursive` also the folders above it, and it may exist already.",
  args: { path: s.path(), recursive: s.optional(s.bool()), mode: s.optional(s.int(0, 0o777)) },
  result: s.nothing(),
  needs: ({ path }) => ({ folder: need.write(path) }),
  run: async ({ recursive = false, mode }, { folder }) => {
    await folder.makeFolder({ recursive, ...(mode === undefined ? {} : { mode }) });
    return null;
  },
  examples: [
    {
      call: 'fs.mkdir("made/deep", { recursive: true }).then(() => fs.exists("made/deep"))',
      grants: ["read=.", "write=./made"],
      gives: "true",
    },
  ],
});
