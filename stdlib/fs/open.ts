import { defineOp, fail, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Opens a file in place, for reading unless the options say otherwise. A file with several names cannot be opened for writing.",
  args: {
    path: s.path(),
    read: s.optional(s.bool()),
    write: s.optional(s.bool()),
    append: s.optional(s.bool()),
    truncate: s.optional(s.bool()),
    create: s.optional(s.bool()),
    createNew: s.optional(s.bool()),
    mode: s.optional(s.int(0, 0o777)),
  },
  result: s.handle(),
  needs: ({ path, read, write = false, append = false }) => {
    const changes = write || append;
    return {
      ...((read ?? !changes) ? { read: need.read(path) } : {}),
      ...(changes ? { write: need.write(path) } : {}),
    } as { read?: ReturnType<typeof need.read>; write?: ReturnType<typeof need.write> };
  },
  streams: () => true,
  run: async (args, powers, cx) => {
    const { append = false, truncate = false, create = false, createNew = false, mode } = args;
    if (!powers.read && !powers.write) throw fail("E_INVALID", "a file is opened to read, to write, or both");
    if (!powers.write && (truncate || create || createNew))
      throw fail("E_INVALID", "truncate, create and createNew need write or append");
    if (append && truncate) throw fail("E_INVALID", "append and truncate exclude each other");
    const sides = {
      ...(powers.read ? { read: powers.read } : {}),
      ...(powers.write ? { write: powers.write } : {}),
    };
    const file = await cx.run.opener.open(sides, {
      read: powers.read !== undefined,
      write: powers.write !== undefined,
      append,
      truncate,
      create,
      createNew,
      ...(mode === undefined ? {} : { mode }),
    });
    return cx.keep("file", file, () => file.close());
  },
  examples: [
    {
      call: 'fs.open("notes.md").then((file) => file.read(new Uint8Array(3)))',
      grants: ["read=./notes.md"],
      gives: "3",
    },
  ],
});
