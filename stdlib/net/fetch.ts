import { defineOp, need, s, type UploadSource } from "../../runtime/op.ts";

export default defineOp({
  summary: "Sends an HTTP request and gives the head of the answer; each redirect is a request of its own.",
  args: {
    url: s.url(),
    method: s.text(64),
    headers: s.list(s.pair(s.text(1024), s.text(32_768)), 512),
    redirect: s.oneOf("follow", "error", "manual"),
    credentials: s.optional(s.text(32)),
    hasBody: s.bool(),
    bodyHandle: s.optional(s.handle()),
  },
  body: "the request's body, when it is known whole",
  result: s.object({
    status: s.int(200, 599),
    statusText: s.text(),
    url: s.text(131_072),
    redirected: s.bool(),
    headers: s.list(s.pair(s.text(), s.text())),
    body: s.nullable(s.handle()),
  }),
  needs: ({ url, method, bodyHandle }) => ({
    site: need.net(url, method),
    upload: bodyHandle === undefined ? undefined : need.handle(bodyHandle, "upload", "out"),
  }),
  sends: ({ method, url, headers }) =>
    [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n"),
  streams: ({ bodyHandle }) => bodyHandle !== undefined,
  run: async ({ method, headers, redirect, hasBody, bodyHandle }, { site }, cx) => {
    const upload = bodyHandle === undefined ? undefined : cx.handle<UploadSource>(bodyHandle);
    const body = hasBody && !upload ? (cx.body ?? new Uint8Array(0)) : null;
    const head = await site.request({ method, headers, redirect, body, ...(upload ? { upload } : {}) });
    const open = head.body;
    return {
      status: head.status,
      statusText: head.statusText,
      url: head.url,
      redirected: head.redirected,
      headers: head.headers.map(([name, value]): [string, string] => [name, value]),
      body: open ? cx.keep("response", open, () => open.cancel()) : null,
    };
  },
  examples: [
    {
      call: 'fetch("https://api.example.com/v1/cards").then((answer) => answer.status)',
      grants: ["net=GET api.example.com/v1"],
      gives: "200",
    },
  ],
});
