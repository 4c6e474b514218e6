import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Writes a whole file, so that a reader sees the old or the new content and nothing in between.",
  variants: ["writeTextFile", "appendFile"],
  args: {
    path: s.path(),
    append: s.optional(s.bool()),
    create: s.optional(s.bool()),
    createNew: s.optional(s.bool()),
    mode: s.optional(s.int(0, 0o777)),
  },
  result: s.nothing(),
  body: "the new content",
  needs: ({ path }) => ({ file: need.write(path) }),
  sends: () => "",
  run: async ({ append = false, create = true, createNew = false, mode }, { file }, cx) => {
    const options = { append, create, createNew, ...(mode === undefined ? {} : { mode }) };
    await file.replace(cx.body ?? new Uint8Array(0), options);
    return null;
  },
  examples: [
    {
      call: 'fs.writeTextFile("new.txt", "x").then(() => fs.readTextFile("new.txt"))',
      grants: ["read=.", "write=./new.txt"],
      gives: "x",
    },
    {
      call: 'fs.appendFile("data.csv", "").then(() => "appended")',
      grants: ["write=./data.csv"],
      gives: "appended",
    },
  ],
});
