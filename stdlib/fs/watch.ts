import { defineOp, fail, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Watches a file, or a folder and with `recursive` everything below it. What the grants do not cover is never told, and links are not followed.",
  args: { path: s.path(), recursive: s.optional(s.bool()) },
  result: s.handle(),
  needs: ({ path }) => ({ file: need.read(path) }),
  run: async ({ recursive = false }, { file }, cx) => {
    if (cx.run.deterministic)
      throw fail(
        "E_UNAVAILABLE",
        "nothing can be watched in a deterministic run: what comes by itself never comes twice",
      );
    const watcher = await file.watch({ recursive });
    return cx.keep("watcher", watcher, () => watcher.close());
  },
  examples: [
    {
      call: 'fs.watch("sub").then((watcher) => watcher.close()).then(() => "watched")',
      grants: ["read=./sub"],
      gives: "watched",
    },
  ],
});
