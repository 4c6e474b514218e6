/** What the tests of the network fetch with: the real power under a fake lease. */
import { afterEach } from "vitest";
import type {
  OpenSocket,
  RequestOptions,
  ResponseHead,
  SocketOptions,
} from "../../../../runtime/core/powers.ts";
import { type NetOptions, net } from "../../../../runtime/powers/net/net.ts";
import { type FakeLease, type FakeLeaseOptions, fakeLease } from "../../../support/lease.ts";

const closing: (() => unknown)[] = [];
export const later = <T extends { close(): unknown }>(thing: T): T => {
  closing.push(() => thing.close());
  return thing;
};
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export interface Client {
  readonly lease: FakeLease;
  fetch(url: string, init?: Partial<RequestOptions>): Promise<ResponseHead>;
  connect(url: string, options?: Partial<SocketOptions>): Promise<OpenSocket>;
}

export function client(leaseOptions: FakeLeaseOptions = {}, options: NetOptions = {}): Client {
  const source = later(net(options));
  const lease = fakeLease({
    resolve: (need) => {
      if (need.kind !== "net") throw new Error(need.kind);
      return source.resolve(need);
    },
    ...leaseOptions,
  });
  return {
    lease,
    async fetch(url, init = {}) {
      const method = init.method ?? "GET";
      const power = await source.open(await source.resolve({ kind: "net", url, method }), lease);
      return power.request({ headers: [], body: null, redirect: "follow", ...init, method });
    },
    async connect(url, options = {}) {
      const need = { kind: "net", url, method: "GET", socket: true } as const;
      const power = await source.open(await source.resolve(need), lease);
      const socket = await power.connect({ headers: [], protocols: [], ...options });
      later({ close: () => socket.cancel() });
      return socket;
    },
  };
}

/** The whole body. */
export async function bytes(head: ResponseHead): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = (await head.body?.read(65_536)) ?? new Uint8Array(0);
    if (chunk.length === 0) return Buffer.concat(chunks);
    chunks.push(chunk);
  }
}
export const text = async (head: ResponseHead): Promise<string> => (await bytes(head)).toString();

export const code = (expected: string) => ({ code: expected });
