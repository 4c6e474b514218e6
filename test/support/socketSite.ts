/** WebSocket servers on loopback: a real one, and one that says exactly the bytes that it is told. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { certificate, key } from "./certificate.ts";
import { rawSite, type Site } from "./site.ts";

export interface SocketSite {
  readonly port: number;
  readonly origin: string;
  /** Requests that opened a socket, and those that were redirected here. */
  readonly requests: { url: string; headers: NodeJS.Dict<string | string[]> }[];
  readonly sockets: ReadonlySet<WebSocket>;
  close(): Promise<void>;
}

/** Every socket is handed to `meet` with the URL that opened it. */
export async function socketSite(
  meet: (socket: WebSocket, url: string) => void,
  { tls = false, protocol }: { tls?: boolean; protocol?: string } = {},
): Promise<SocketSite> {
  const http = tls ? createTlsServer({ cert: certificate, key }) : createServer();
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: true,
    ...(protocol === undefined ? {} : { handleProtocols: () => protocol }),
  });
  const requests: SocketSite["requests"] = [];
  server.on("connection", (socket, request) => {
    requests.push({ url: request.url ?? "", headers: request.headers });
    socket.on("error", () => {});
    meet(socket, request.url ?? "");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    port,
    origin: `${tls ? "wss" : "ws"}://127.0.0.1:${port}`,
    requests,
    sockets: server.clients,
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await new Promise((resolve) => {
        http.close(resolve);
        http.closeAllConnections();
      });
    },
  };
}

/** The head of an answer that opens a socket; `more` are further header lines. */
export function opening(request: string, more: readonly string[] = []): string {
  const [, nonce = ""] = /^sec-websocket-key: *(.*)$/im.exec(request) ?? [];
  const accept = createHash("sha1")
    .update(`${nonce.trim()}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`, ...more];
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** Opens the socket as the protocol wants it, then speaks for itself. */
export const rawSocketSite = (speak: (socket: Socket) => void): Promise<Site> =>
  rawSite((socket, first) => {
    socket.write(opening(first));
    speak(socket);
  });

export interface FrameParts {
  readonly fin?: boolean;
  readonly opcode: number;
  /** The reserved bits, as they stand in the first byte. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** What the length field says, if not the truth. */
  readonly length?: number;
  readonly payload?: Uint8Array | string;
}

/** RFC 6455 §5.2, any way that is asked for. */
export function frame({
  fin = true,
  opcode,
  rsv = 0,
  masked = false,
  length,
  payload = "",
}: FrameParts): Buffer {
  const body = Buffer.from(payload as string);
  const said = length ?? body.length;
  const head = Buffer.alloc(said < 126 ? 2 : said < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | rsv | opcode;
  head[1] = (masked ? 0x80 : 0) | (said < 126 ? said : said < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(said, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(said), 2);
  return Buffer.concat(masked ? [head, Buffer.alloc(4), body] : [head, body]);
}
