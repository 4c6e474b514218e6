import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Opens a WebSocket; the other side must choose one of the subprotocols, if any are named.",
  args: {
    url: s.url(),
    protocols: s.list(s.text(256), 64),
    headers: s.list(s.pair(s.text(1024), s.text(32_768)), 512),
    reason: s.optional(s.text(1024)),
  },
  result: s.object({ handle: s.handle(), protocol: s.text() }),
  needs: ({ url }) => ({ site: need.socket(url) }),
  reason: ({ reason }) => reason,
  streams: () => true,
  run: async ({ protocols, headers }, { site }, cx) => {
    const socket = await site.connect({ protocols, headers });
    return { handle: cx.keep("socket", socket, () => socket.cancel()), protocol: socket.protocol };
  },
  examples: [
    {
      call: 'net.connectWebSocket("wss://api.example.com/").then((socket) => socket.protocol)',
      grants: ["net=GET api.example.com"],
      gives: "",
    },
  ],
});
