/** WebSockets: what goes through, what is judged on the way, and what a hostile server gets. */
import { describe, expect, test } from "vitest";
import { fail } from "../../../../runtime/core/errors.ts";
import type { OpenSocket, SocketEnd, SocketMessage } from "../../../../runtime/core/powers.ts";
import { authority } from "../../../support/certificate.ts";
import { rawSite, site } from "../../../support/site.ts";
import { type FrameParts, frame, opening, rawSocketSite, socketSite } from "../../../support/socketSite.ts";
import { client, code, later } from "./client.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (words: string): SocketMessage => ({ bytes: utf8(words), text: true });
const said = (message: SocketMessage | SocketEnd): string | number =>
  "bytes" in message ? Buffer.from(message.bytes).toString() : message.code;

/** Everything until the end, with the code of the end. */
async function all(socket: OpenSocket): Promise<(string | number)[]> {
  const got: (string | number)[] = [];
  for (;;) {
    const message = await socket.receive();
    got.push(said(message));
    if (!("bytes" in message)) return got;
  }
}

const echo = async (tls = false) =>
  later(
    await socketSite((socket) => socket.on("message", (data, binary) => socket.send(data, { binary })), {
      tls,
    }),
  );

describe("a message comes back as it was sent:", () => {
  const bytes = (length: number) => new Uint8Array(length).map((_, at) => at * 7);
  const table: { why: string; message: SocketMessage }[] = [
    { why: "a text", message: text("hällo \u{1f600}") },
    { why: "an empty text", message: text("") },
    { why: "no bytes", message: { bytes: bytes(0), text: false } },
    { why: "bytes of the longest short frame", message: { bytes: bytes(125), text: false } },
    { why: "bytes of the shortest 16-bit frame", message: { bytes: bytes(126), text: false } },
    { why: "bytes of the longest 16-bit frame", message: { bytes: bytes(65_535), text: false } },
    { why: "bytes of the shortest 64-bit frame", message: { bytes: bytes(65_536), text: false } },
    { why: "some megabytes", message: { bytes: bytes(5_000_000), text: false } },
  ];
  test.each(table)("$why", async ({ message }) => {
    const server = await echo();
    const { connect, lease } = client();
    const socket = await connect(`${server.origin}/`);
    await socket.send(message);
    const back = (await socket.receive()) as SocketMessage;
    expect(back.text).toBe(message.text);
    expect(Buffer.compare(Buffer.from(back.bytes), Buffer.from(message.bytes))).toBe(0);
    expect(lease.spent.out).toBeGreaterThanOrEqual(message.bytes.length + 6);
    expect(lease.spent.in).toBeGreaterThanOrEqual(message.bytes.length + 2);
    expect(lease.spent.in).toBeLessThan(message.bytes.length + 16);
  });
});

test("messages stay in order, and concurrent receivers share them out", async () => {
  const server = await echo();
  const socket = await client().connect(`${server.origin}/`);
  for (let n = 0; n < 300; n += 1) await socket.send(text(`${n}`));
  const got = await Promise.all(Array.from({ length: 300 }, () => socket.receive()));
  expect(got.map(said)).toEqual(Array.from({ length: 300 }, (_, n) => `${n}`));
});

test("the opening request is a plain GET of the judged path, with the plugin's headers and no extension", async () => {
  const server = await echo();
  const { connect, lease } = client();
  await connect(`${server.origin}/a/b?c=d#e`, { headers: [["X-Token", "t"]] });
  const [request] = server.requests;
  expect(request).toMatchObject({
    url: "/a/b?c=d",
    headers: { host: `127.0.0.1:${server.port}`, "x-token": "t" },
  });
  expect(request?.headers["sec-websocket-extensions"]).toBeUndefined();
  expect(request?.headers["user-agent"]).toBe("sbx");
  expect(lease.admitted).toMatchObject([
    { scheme: "ws", host: "127.0.0.1", path: "/a/b", method: "GET", address: "127.0.0.1" },
  ]);
});

test("http: and https: stand for ws: and wss:", async () => {
  const server = await echo();
  const socket = await client().connect(server.origin.replace("ws:", "http:"));
  await socket.send(text("x"));
  expect(said(await socket.receive())).toBe("x");
});

describe("over TLS", () => {
  test("the certificate must be the host's, from a known authority", async () => {
    const server = await echo(true);
    await expect(client().connect(`${server.origin}/`)).rejects.toMatchObject(code("E_UNAVAILABLE"));
    const socket = await client({}, { ca: [authority] }).connect(`${server.origin}/`);
    await socket.send(text("x"));
    expect(said(await socket.receive())).toBe("x");
  });
  test("a name is checked against the certificate, not the address that it has", async () => {
    const server = await echo(true);
    const lookup = async () => ["127.0.0.1"];
    const open = (host: string) =>
      client({}, { ca: [authority], lookup }).connect(`wss://${host}:${server.port}/`);
    expect((await open("name.example")).protocol).toBe("");
    await expect(open("other.example")).rejects.toMatchObject(code("E_UNAVAILABLE"));
  });
});

describe("subprotocols:", () => {
  test("the server's choice is told", async () => {
    const server = later(await socketSite(() => {}, { protocol: "b" }));
    expect((await client().connect(`${server.origin}/`, { protocols: ["a", "b"] })).protocol).toBe("b");
    expect(server.requests[0]?.headers["sec-websocket-protocol"]).toMatch(/^a, ?b$/);
  });
  const wrong = [
    { why: "a space", protocols: ["a b"] },
    { why: "an empty one", protocols: [""] },
    { why: "a line break", protocols: ["a\r\nX-Injected: 1"] },
    { why: "the same twice", protocols: ["a", "a"] },
  ];
  test.each(wrong)("$why is refused, and nothing is sent", async ({ protocols }) => {
    const server = await echo();
    await expect(client().connect(`${server.origin}/`, { protocols })).rejects.toMatchObject(
      code("E_INVALID"),
    );
    expect(server.requests).toEqual([]);
  });
});

test.each([
  "Host",
  "Connection",
  "Upgrade",
  "Sec-WebSocket-Key",
  "sec_websocket_version",
  "Sec-WebSocket-Protocol",
  "Sec-WebSocket-Extensions",
  "X-Forwarded-For",
  "Content-Length",
])("the header %s cannot be set", async (name) => {
  const server = await echo();
  await expect(client().connect(`${server.origin}/`, { headers: [[name, "x"]] })).rejects.toMatchObject(
    code("E_INVALID"),
  );
  expect(server.requests).toEqual([]);
});

describe("what is judged:", () => {
  test("every address of the name, before anything is dialled", async () => {
    const server = await echo();
    const judge = ({ address }: { address?: string }) => {
      if (address === "10.0.0.1") throw fail("E_NET_LOCAL", "no");
    };
    const { connect } = client(
      { judge: (target) => judge(target as { address?: string }) },
      { lookup: async () => ["127.0.0.1", "10.0.0.1"] },
    );
    await expect(connect(`ws://name.example:${server.port}/`)).rejects.toMatchObject(code("E_NET_LOCAL"));
    expect(server.requests).toEqual([]);
  });
  test("a method override is asked about as any method", async () => {
    const server = await echo();
    const { connect, lease } = client();
    await connect(`${server.origin}/`, { headers: [["X-HTTP-Method-Override", "DELETE"]] });
    expect(lease.admitted[0]).toMatchObject({ method: "*" });
  });
  test("a redirect is not followed, and its target learns nothing", async () => {
    const elsewhere = later(await site((_, response) => response.end()));
    const server = later(
      await site((_, response) => response.writeHead(302, { location: elsewhere.origin }).end()),
    );
    await expect(client().connect(server.origin)).rejects.toMatchObject({
      ...code("E_UNAVAILABLE"),
      message: expect.stringContaining("it answered 302"),
    });
    expect(elsewhere.connections()).toBe(0);
  });
});

describe("the end:", () => {
  test("what the other side said before its goodbye is still received", async () => {
    const server = later(
      await socketSite((socket) => {
        for (const words of ["1", "2", "3"]) socket.send(words);
        socket.close(4001, "done");
      }),
    );
    const socket = await client().connect(`${server.origin}/`);
    expect(await all(socket)).toEqual(["1", "2", "3", 4001]);
    expect(await socket.receive()).toEqual({ code: 4001, reason: "done" });
  });
  test("a goodbye is said and answered", async () => {
    const ends: unknown[] = [];
    const server = later(
      await socketSite((socket) => socket.on("close", (number, reason) => ends.push([number, `${reason}`]))),
    );
    const socket = await client().connect(`${server.origin}/`);
    expect(await socket.close(3000, "enough")).toEqual({ code: 3000, reason: "enough" });
    expect(ends).toEqual([[3000, "enough"]]);
    await expect(socket.send(text("x"))).rejects.toMatchObject(code("E_UNAVAILABLE"));
  });
  test("a goodbye is heard behind messages that nobody received", async () => {
    const server = later(
      await socketSite((socket) => {
        for (let n = 0; n < 2000; n += 1) socket.send("x".repeat(1000));
      }),
    );
    const socket = await client().connect(`${server.origin}/`);
    expect(await socket.close(1000, "")).toMatchObject({ code: 1000 });
  });
  test("a receiver who waits is woken by a goodbye", async () => {
    const server = later(await socketSite(() => {}));
    const socket = await client().connect(`${server.origin}/`);
    const waiting = socket.receive();
    await socket.close(1000, "");
    expect(await waiting).toEqual({ code: 1000, reason: "" });
  });
  test("a reason that fits into no frame is refused", async () => {
    const server = later(await socketSite(() => {}));
    const socket = await client().connect(`${server.origin}/`);
    await expect(socket.close(1000, "ä".repeat(62))).rejects.toMatchObject(code("E_INVALID"));
    expect(await socket.close(1000, "ä".repeat(61))).toMatchObject({ code: 1000 });
  });
  test("a connection that breaks is no ordinary end", async () => {
    const server = later(
      await socketSite((socket) => {
        socket.send("1");
        setTimeout(() => socket.terminate(), 20);
      }),
    );
    const socket = await client().connect(`${server.origin}/`);
    expect(said(await socket.receive())).toBe("1");
    await expect(socket.receive()).rejects.toMatchObject({
      ...code("E_UNAVAILABLE"),
      message: expect.stringContaining("without a goodbye"),
    });
  });
  test("the end of the lease ends the socket, whoever waits, and the connection", async () => {
    const gone: Promise<void>[] = [];
    const server = later(
      await socketSite((socket) => gone.push(new Promise((resolve) => socket.on("close", () => resolve())))),
    );
    const { connect, lease } = client();
    const socket = await connect(`${server.origin}/`);
    const waiting = expect(socket.receive()).rejects.toMatchObject(code("E_EXPIRED"));
    lease.end(fail("E_EXPIRED", "the grant has expired"));
    await waiting;
    await expect(socket.receive()).rejects.toMatchObject(code("E_EXPIRED"));
    await expect(socket.send(text("x"))).rejects.toMatchObject(code("E_EXPIRED"));
    await expect(socket.close(1000, "")).rejects.toMatchObject(code("E_EXPIRED"));
    await gone[0];
  });
});

describe("limits:", () => {
  const limited = (limits: object, budget?: number) =>
    client({ limits, ...(budget === undefined ? {} : { budget }) });
  test("a message over the body limit ends the socket", async () => {
    const server = later(await socketSite((socket) => socket.send("x".repeat(1001))));
    const socket = await limited({ body: 1000 }).connect(`${server.origin}/`);
    await expect(socket.receive()).rejects.toMatchObject(code("E_LIMIT_BYTES"));
    await expect(socket.receive()).rejects.toMatchObject(code("E_LIMIT_BYTES"));
  });
  test("a message of just the body limit is received", async () => {
    const server = later(await socketSite((socket) => socket.send("x".repeat(1000))));
    const socket = await limited({ body: 1000 }).connect(`${server.origin}/`);
    expect(said(await socket.receive())).toBe("x".repeat(1000));
  });
  test("traffic is charged in both directions", async () => {
    const server = await echo();
    const socket = await limited({}, 5000).connect(`${server.origin}/`);
    await socket.send(text("x".repeat(2000)));
    await socket.receive();
    await expect(socket.send(text("x".repeat(2000)))).rejects.toMatchObject(code("E_LIMIT_BYTES"));
  });
  test("messages that nobody receives make the sender wait", async () => {
    let sent = 0;
    const server = later(
      await socketSite((socket) => {
        const more = () => {
          sent += 1;
          if (sent < 4000) socket.send("x".repeat(10_000), () => more());
        };
        more();
      }),
    );
    const { connect, lease } = limited({});
    const socket = await connect(`${server.origin}/`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lease.spent.in).toBeLessThan(2_000_000);
    const before = sent;
    expect(before).toBeLessThan(4000);
    for (let n = 0; n < 3999; n += 1) await socket.receive();
    expect(sent).toBeGreaterThan(before);
  });
  test("all sockets of a run share what may wait unfinished in memory", async () => {
    // Each begins a message that never ends.
    const server = later(
      await rawSocketSite((socket) => {
        socket.write(frame({ opcode: 2, fin: false, length: 900_000, payload: Buffer.alloc(800_000) }));
      }),
    );
    const { connect } = limited({ body: 1_000_000 });
    const sockets = await Promise.all([1, 2, 3, 4].map(() => connect(`ws://127.0.0.1:${server.port}/`)));
    const ends = sockets.map((socket) => socket.receive().catch((error: { code: string }) => error.code));
    expect(await Promise.race(ends)).toBe("E_LIMIT_BYTES");
    const open = await Promise.all(
      ends.map((end) => Promise.race([end, new Promise((resolve) => setTimeout(resolve, 200, "waits"))])),
    );
    expect(open.filter((state) => state === "waits").length).toBe(2);
  });
  test("a server that takes nothing ends in a time limit", async () => {
    const server = later(
      await rawSocketSite((socket) => {
        socket.pause();
      }),
    );
    const socket = await limited({ requestTimeout: 300 }).connect(`ws://127.0.0.1:${server.port}/`);
    const flood = async () => {
      for (;;) await socket.send({ bytes: new Uint8Array(4_000_000), text: false });
    };
    await expect(flood()).rejects.toMatchObject(code("E_LIMIT_TIME"));
  });
  test("a text that is not UTF-8 is not sent", async () => {
    const server = await echo();
    const socket = await client().connect(`${server.origin}/`);
    await expect(socket.send({ bytes: new Uint8Array([0xff]), text: true })).rejects.toMatchObject(
      code("E_INVALID"),
    );
  });
});

describe("an opening that is not one:", () => {
  const table: { why: string; answer: (request: string) => string; says: RegExp }[] = [
    {
      why: "the wrong accept key",
      answer: (request) => opening(request).replace(/Accept: .*/, "Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
      says: /did not open a WebSocket: invalid sec-websocket-accept/,
    },
    {
      why: "no accept key",
      answer: (request) => opening(request).replace(/Sec-WebSocket-Accept: .*\r\n/, ""),
      says: /sec-websocket-accept/,
    },
    {
      why: "two accept keys",
      answer: (request) => opening(request, ["Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
      says: /sec-websocket-accept/,
    },
    {
      why: "another protocol",
      answer: (request) => opening(request).replace("Upgrade: websocket", "Upgrade: tls"),
      says: /invalid upgrade header/,
    },
    {
      why: "an extension that nobody offered",
      answer: (request) => opening(request, ["Sec-WebSocket-Extensions: permessage-deflate"]),
      says: /extension/,
    },
    {
      why: "a subprotocol that nobody offered",
      answer: (request) => opening(request, ["Sec-WebSocket-Protocol: a"]),
      says: /subprotocol/,
    },
    {
      why: "an ordinary page",
      answer: () => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      says: /answered 200/,
    },
    {
      why: "a page that calls itself an upgrade",
      answer: (request) => opening(request).replace("101 Switching Protocols", "200 OK"),
      says: /answered 200/,
    },
    { why: "a refusal", answer: () => "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", says: /answered 403/ },
    { why: "no HTTP at all", answer: () => "SSH-2.0-x\r\n", says: /not well-formed HTTP/ },
    {
      why: "a smuggled header line",
      answer: (request) => opening(request, ["X: a\rSec-WebSocket-Protocol: b"]),
      says: /not well-formed HTTP/,
    },
    {
      why: "headers without an end",
      answer: (request) => opening(request, [`X: ${"x".repeat(100_000)}`]),
      says: /headers that are too long/,
    },
  ];
  test.each(table)("$why", async ({ answer, says }) => {
    const server = later(await rawSite((socket, first) => socket.end(answer(first))));
    await expect(client().connect(server.origin)).rejects.toMatchObject({
      ...code("E_UNAVAILABLE"),
      message: expect.stringMatching(says),
    });
  });
  test("an answer that never comes", async () => {
    const server = later(await rawSite(() => {}));
    await expect(client({ limits: { requestTimeout: 200 } }).connect(server.origin)).rejects.toMatchObject(
      code("E_LIMIT_TIME"),
    );
  });
  test("headers that come drop by drop", async () => {
    const server = later(
      await rawSite((socket, first) => {
        socket.write(opening(first).slice(0, -2));
        const timer = setInterval(() => socket.write("X: y\r\n"), 20);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    await expect(client({ limits: { requestTimeout: 300 } }).connect(server.origin)).rejects.toMatchObject(
      code("E_LIMIT_TIME"),
    );
  });
});

describe("a frame that breaks the rules ends the socket (RFC 6455 §5):", () => {
  const close = (number: number, reason: string | Uint8Array = "") => {
    const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason as string)]);
    payload.writeUInt16BE(number);
    return payload;
  };
  const table: { why: string; frames: FrameParts[] }[] = [
    { why: "a mask", frames: [{ opcode: 1, masked: true, payload: "x" }] },
    { why: "an opcode that means nothing", frames: [{ opcode: 3, payload: "x" }] },
    { why: "a control opcode that means nothing", frames: [{ opcode: 11 }] },
    { why: "a reserved bit", frames: [{ opcode: 1, rsv: 0x40, payload: "x" }] },
    { why: "a ping that is too long", frames: [{ opcode: 9, payload: "x".repeat(126) }] },
    { why: "a ping in pieces", frames: [{ opcode: 9, fin: false }] },
    { why: "a continuation of nothing", frames: [{ opcode: 0, payload: "x" }] },
    {
      why: "a message inside a message",
      frames: [
        { opcode: 1, fin: false, payload: "x" },
        { opcode: 1, payload: "y" },
      ],
    },
    { why: "a text that is not UTF-8", frames: [{ opcode: 1, payload: new Uint8Array([0xc3, 0x28]) }] },
    {
      why: "a text whose pieces are not UTF-8 together",
      frames: [
        { opcode: 1, fin: false, payload: new Uint8Array([0xe2, 0x82]) },
        { opcode: 0, payload: "x" },
      ],
    },
    { why: "a goodbye of one byte", frames: [{ opcode: 8, payload: "x" }] },
    { why: "a goodbye with a code that cannot be sent", frames: [{ opcode: 8, payload: close(1005) }] },
    { why: "a goodbye with a code that means nothing", frames: [{ opcode: 8, payload: close(999) }] },
    {
      why: "a reason that is not UTF-8",
      frames: [{ opcode: 8, payload: close(1000, new Uint8Array([0xff])) }],
    },
    { why: "a length beyond all bounds", frames: [{ opcode: 2, length: Number.MAX_SAFE_INTEGER }] },
  ];
  test.each(table)("$why", async ({ frames }) => {
    const server = later(await rawSocketSite((socket) => socket.write(Buffer.concat(frames.map(frame)))));
    const socket = await client().connect(`ws://127.0.0.1:${server.port}/`);
    await expect(socket.receive()).rejects.toMatchObject({
      code: expect.stringMatching(/^E_(UNAVAILABLE|LIMIT_BYTES)$/),
      message: expect.stringMatching(/does not keep to the WebSocket protocol|longer than/),
    });
    await expect(socket.send(text("x"))).rejects.toMatchObject({ code: expect.anything() });
  });
});

describe("a server that floods", () => {
  const flooding = (bytes: Buffer) =>
    rawSocketSite((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(bytes));
      };
      socket.on("drain", more);
      more();
    });
  const table: { why: string; bytes: Buffer; expects: string }[] = [
    {
      why: "with one message of endless pieces is cut off",
      bytes: Buffer.concat(
        Array.from({ length: 1000 }, () => frame({ opcode: 0, fin: false, payload: "x" })),
      ),
      expects: "E_UNAVAILABLE",
    },
    {
      why: "with empty pieces is cut off",
      bytes: Buffer.concat(Array.from({ length: 1000 }, () => frame({ opcode: 0, fin: false }))),
      expects: "E_UNAVAILABLE",
    },
    {
      why: "with pongs meets the traffic limit, whether or not anybody receives",
      bytes: Buffer.concat(
        Array.from({ length: 1000 }, () => frame({ opcode: 10, payload: "x".repeat(100) })),
      ),
      expects: "E_LIMIT_BYTES",
    },
    {
      why: "with pings, and reads no answer, is cut off",
      bytes: Buffer.concat(
        Array.from({ length: 1000 }, () => frame({ opcode: 9, payload: "x".repeat(100) })),
      ),
      expects: "E_UNAVAILABLE",
    },
  ];
  test.each(table)("$why", async ({ bytes, expects }) => {
    const first = frame({ opcode: 2, fin: false, payload: "x" });
    const endless = (bytes[0] as number) === 0;
    const server = later(await flooding(bytes));
    const begun = later(
      await rawSocketSite((socket) => {
        socket.write(first);
        const more = () => {
          while (!socket.destroyed && socket.write(bytes));
        };
        socket.on("drain", more);
        more();
      }),
    );
    const { connect } = client({ budget: 20_000_000 });
    const socket = await connect(`ws://127.0.0.1:${(endless ? begun : server).port}/`);
    await expect(socket.receive()).rejects.toMatchObject(code(expects));
  });
});
