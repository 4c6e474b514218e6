/** The data server's process: takes requests on descriptor 3. Lives as long as the broker. */
import { dlopen } from "node:ffi";
import { Socket } from "node:net";
import { encodeFrame, FrameDecoder } from "../../../engine/channel.ts";
import { type DataRequest, FROM_DATA } from "../protocol.ts";
import { type Answer, failureOf, Server } from "./server.ts";

const CHANNEL = 3;

/** linux/prctl.h: a signal for when the parent is gone, even in the middle of a query. */
function dieWithParent(): void {
  if (process.platform !== "linux") return;
  const { functions, lib } = dlopen(null, {
    prctl: { arguments: ["int32", "uint64", "uint64", "uint64", "uint64"], return: "int32" },
  });
  functions.prctl(1, 9n, 0n, 0n, 0n);
  lib.close();
}

export function main(): void {
  dieWithParent();
  const server = new Server();
  const decoder = new FrameDecoder();
  const socket = new Socket({ fd: CHANNEL });
  const send = (type: number, id: number, { head, body }: Answer): void => {
    for (const part of encodeFrame(
      type,
      id,
      JSON.stringify(head),
      body === undefined ? undefined : Buffer.from(body),
    ))
      socket.write(part);
  };
  socket.on("data", (chunk: Buffer) => {
    decoder.push(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const { id, head } = frame;
      server.answer(JSON.parse(head) as DataRequest).then(
        (answer) => send(FROM_DATA.ok, id, answer),
        (error: unknown) => send(FROM_DATA.failed, id, { head: failureOf(error) }),
      );
    }
  });
  socket.on("error", () => process.exit(0)).on("close", () => process.exit(0));
}
