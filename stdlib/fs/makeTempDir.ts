import { defineOp, fail, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Makes a new folder with a name that nobody can guess, in `dir` or in the system's folder for temporary files.",
  args: { dir: s.optional(s.path()), prefix: s.optional(s.text(100)) },
  result: s.text(),
  needs: ({ dir }) => ({ folder: dir === undefined ? need.write(".", { from: "tmp" }) : need.write(dir) }),
  run: ({ prefix = "" }, { folder }) => {
    if (/[/\\\0]/.test(prefix) || !prefix.isWellFormed())
      throw fail("E_INVALID", "a prefix is the beginning of a name and cannot hold a slash");
    return folder.makeTempFolder(prefix);
  },
  examples: [
    {
      call: 'fs.makeTempDir({ dir: ".", prefix: "work-" }).then((path) => fs.exists(path))',
      grants: ["read=.", "write=."],
      gives: "true",
    },
  ],
});
