import { defineOp, need, type OpenSocket, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Sends one message over a WebSocket and waits until the system took it.",
  args: { handle: s.handle(), text: s.bool() },
  body: "the message; UTF-8 if it is a text",
  result: s.nothing(),
  needs: ({ handle }) => ({ socket: need.handle(handle, "socket", "out") }),
  run: async ({ handle, text }, _powers, cx) => {
    await cx.handle<OpenSocket>(handle).send({ bytes: cx.body ?? new Uint8Array(0), text });
    return null;
  },
  examples: [],
});
