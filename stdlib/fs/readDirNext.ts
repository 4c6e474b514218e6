import { defineOp, type FolderCursor, need, s, shapes } from "../../runtime/op.ts";

const PAGE = 1000;

export default defineOp({
  summary: "Gives the next page of a listing.",
  args: { handle: s.handle() },
  result: shapes.page,
  needs: ({ handle }) => ({ folder: need.handle(handle, "folder", "in") }),
  run: async ({ handle }, _powers, cx) => {
    const entries = [...(await cx.handle<FolderCursor>(handle).next(PAGE))];
    if (entries.length === PAGE) return { entries, handle };
    await cx.drop(handle);
    return { entries, handle: null };
  },
  examples: [],
});
