/** What the programs talk to: three plain servers, one that answers with anything but HTTP, and one behind a socket in the file system.
 *  Counts who came. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createRaw, type Server } from "node:net";

/** Answers that no decent server gives. */
const hostile: readonly (string | Buffer)[] = [
  Buffer.concat([
    Buffer.from("HTTP/1.1 200 OK\r\nX: "),
    Buffer.from(Array.from({ length: 128 }, (_, i) => 128 + i)),
    Buffer.from("\r\nContent-Length: 0\r\n\r\n"),
  ]),
  Buffer.concat([
    Buffer.from("HTTP/1.1 200 "),
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from("\r\nContent-Length: 0\r\n\r\n"),
  ]),
  `HTTP/1.1 200 OK\r\n${"X-Long: ".padEnd(300_000, "a")}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\n${Array.from({ length: 5000 }, (_, i) => `X-${i}: 1\r\n`).join("")}\r\n`,
  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity, x\r\n\r\nabc",
  "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\nX: a\n\nbody",
  "HTTP/1.1 99999 OK\r\n\r\n",
  "HTTP/1.1 000 OK\r\n\r\n",
  "HTTP/9.9 200 OK\r\n\r\n",
  "ICY 200 OK\r\n\r\n",
  "\0\0\0\0",
  "",
  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
  "HTTP/1.1 200 OK\r\nContent-Encoding: br, gzip, zstd, br, gzip\r\nContent-Length: 4\r\n\r\nabcd",
  `HTTP/1.1 200 OK\r\nContent-Encoding: ${"gzip,".repeat(1000)}\r\nContent-Length: 4\r\n\r\nabcd`,
  `${"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".repeat(2000)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc",
  "HTTP/1.1 302 Found\r\nLocation: \r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nSet-Cookie: a=\x80\x01\r\nContent-Type: text/plain; charset=\x80\r\nContent-Length: 2\r\n\r\nok",
  "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
];
export const hostileCount = hostile.length;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://x");
  const [first = "", second = ""] = url.search.slice(1).split("&");
  switch (url.pathname) {
    case "/echo":
      response.end(JSON.stringify(request.headers));
      return;
    case "/to":
      try {
        response.writeHead(Number(first), { location: decodeURIComponent(second) }).end();
      } catch {
        response.destroy();
      }
      return;
    case "/fill":
      response.end(Buffer.alloc(3 * 1024 * 1024, Number(first)));
      return;
    default:
      response.end("hello");
  }
}

export interface Servers {
  /** `127.0.0.1:PORT` of A, B, C and of the hostile one. */
  readonly places: readonly string[];
  /** Connections to any of them since the last call. */
  came(): number;
  close(): void;
}

export async function startServers(socket: string): Promise<Servers> {
  let count = 0;
  const listen = (server: Server, at: { path: string } | { port: number; host: string }): Promise<Server> => {
    server.on("connection", () => {
      count += 1;
    });
    return new Promise((done) => server.listen(at, () => done(server)));
  };
  const onLoopback = { port: 0, host: "127.0.0.1" };
  const raw = createRaw((to) => {
    to.on("error", () => undefined);
    to.once("data", (bytes) => {
      const [, path = ""] = /^GET \/(\w+)/.exec(bytes.toString("latin1")) ?? [];
      const said =
        path === "ok" ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" : (hostile[Number(path)] ?? "");
      to.end(typeof said === "string" ? Buffer.from(said, "latin1") : said);
    });
  });
  const servers = await Promise.all([
    ...[1, 2, 3].map(() => listen(createServer(answer), onLoopback)),
    listen(raw, onLoopback),
    listen(
      createRaw((to) => to.destroy()),
      { path: socket },
    ),
  ]);
  return {
    places: servers.slice(0, 4).map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`),
    came() {
      const now = count;
      count = 0;
      return now;
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}
