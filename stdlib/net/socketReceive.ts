import { defineOp, need, type OpenSocket, s, withBytes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Waits for the next message of a WebSocket, or for its end.",
  args: { handle: s.handle() },
  result: s.object({
    text: s.bool(),
    closed: s.nullable(s.object({ code: s.int(1000, 4999), reason: s.text(123) })),
  }),
  needs: ({ handle }) => ({ socket: need.handle(handle, "socket", "in") }),
  run: async ({ handle }, _powers, cx) => {
    const next = await cx.handle<OpenSocket>(handle).receive();
    if ("bytes" in next) return withBytes({ text: next.text, closed: null }, next.bytes);
    await cx.drop(handle);
    return { text: false, closed: next };
  },
  examples: [],
});
