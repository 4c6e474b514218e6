import { defineOp, need, s, shapes } from "../../runtime/op.ts";

const PAGE = 1000;

export default defineOp({
  summary: "Lists a folder in name order, page by page.",
  args: { path: s.path() },
  result: shapes.page,
  needs: ({ path }) => ({ folder: need.read(path) }),
  run: async (_args, { folder }, cx) => {
    const cursor = await folder.list();
    const entries = [...(await cursor.next(PAGE))];
    if (entries.length < PAGE) {
      await cursor.close();
      return { entries, handle: null };
    }
    return { entries, handle: cx.keep("folder", cursor, () => cursor.close()) };
  },
  examples: [
    {
      call: 'Array.fromAsync(fs.readDir("."), (entry) => entry.name).then((names) => names.join(" "))',
      grants: ["read=."],
      gives: "data.csv notes.md sub",
    },
  ],
});
