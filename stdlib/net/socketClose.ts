import { defineOp, fail, need, type OpenSocket, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Closes a WebSocket with a goodbye and waits for the answer to it.",
  args: { handle: s.handle(), code: s.optional(s.int(1000, 4999)), reason: s.optional(s.text(123)) },
  result: s.object({ code: s.int(1000, 4999), reason: s.text(123) }),
  needs: ({ handle }) => ({ socket: need.handle(handle, "socket", "out") }),
  run: async ({ handle, code, reason }, _powers, cx) => {
    // RFC 6455 §7.4: 1000 for a purpose fulfilled, 3000 and up for applications.
    if (code !== undefined && code !== 1000 && code < 3000)
      throw fail("E_INVALID", "a WebSocket is closed with 1000, or with a code from 3000 to 4999");
    if (code === undefined && reason !== undefined) throw fail("E_INVALID", "a reason needs a code");
    const end = await cx.handle<OpenSocket>(handle).close(code, reason ?? "");
    await cx.drop(handle);
    return end;
  },
  examples: [],
});
