import { defineOp, type FileWatcher, need, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Waits for what happens next to what is watched; gives nothing when there is no more to come.",
  args: { handle: s.handle() },
  result: shapes.events,
  needs: ({ handle }) => ({ watcher: need.handle(handle, "watcher", "in") }),
  run: async ({ handle }, _powers, cx) => [...(await cx.handle<FileWatcher>(handle).next())],
  examples: [],
});
