/** A proxy on loopback that knows CONNECT and nothing else, and keeps what it was asked. */
import { createServer } from "node:http";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { certificate, key } from "./certificate.ts";

export interface ProxyOptions {
  readonly secure?: boolean;
  /** Answers with this instead of a tunnel. */
  readonly status?: number;
  /** Sent right behind the answer, before the other side was asked anything. */
  readonly early?: string;
  /** Wherever it is asked to go, it goes to this port of loopback. */
  readonly to?: number;
}

export interface ProxySite {
  readonly url: string;
  /** Places that were asked for, with the credentials given. */
  readonly asked: { readonly place: string; readonly credentials: string | undefined }[];
  close(): void;
}

export async function proxySite({
  secure = false,
  status,
  early,
  to,
}: ProxyOptions = {}): Promise<ProxySite> {
  const asked: ProxySite["asked"] = [];
  const lines = new Set<Socket>();
  const server = secure ? createSecure({ key, cert: certificate }) : createServer();
  server.on("connect", ({ url = "", headers }, line: Socket) => {
    asked.push({ place: url, credentials: headers["proxy-authorization"] });
    lines.add(line.on("error", () => {}));
    if (status !== undefined) return void line.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const on = connect(to ?? Number(url.split(":").at(-1)), "127.0.0.1");
    lines.add(on.on("error", () => line.destroy()));
    on.once("connect", () => {
      line.write(`HTTP/1.1 200 OK\r\n\r\n${early ?? ""}`);
      line.pipe(on).pipe(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${secure ? "https" : "http"}://127.0.0.1:${port}`,
    asked,
    close: () => {
      for (const line of lines) line.destroy();
      server.close();
    },
  };
}
