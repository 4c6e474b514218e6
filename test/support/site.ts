/** Servers on loopback for tests of the network: HTTP ones that write down what came, raw ones that say exactly what they are told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";

export interface Site {
  readonly port: number;
  readonly origin: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

const ended = (server: Server | TcpServer): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));
const listening = (server: Server | TcpServer, host: string): Promise<number> =>
  new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));

/** `answer` runs once the request's body has come whole. */
export async function site(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  host = "127.0.0.1",
): Promise<Site> {
  const requests: Site["requests"] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("latin1");
      requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      answer(request, response, body);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  const port = await listening(server, host);
  return {
    port,
    origin: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    requests,
    connections: () => connections,
    close: () => {
      server.closeAllConnections();
      return ended(server);
    },
  };
}

/** A server that speaks for itself, called with each connection once the first bytes came. */
export async function rawSite(speak: (socket: Socket, first: string) => void): Promise<Site> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (data) => speak(socket, data.toString("latin1")));
  });
  const port = await listening(server, "127.0.0.1");
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests: [],
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return ended(server);
    },
  };
}
