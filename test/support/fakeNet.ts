/** A network in memory: names have addresses, hosts answer, redirects are new requests through the lease. Everything that would be
 *  seen from outside is traced. */
import type { NetNeed, NetTarget } from "../../runtime/core/capability.ts";
import type {
  Lease,
  NetPower,
  OpenSocket,
  PowerSource,
  RequestOptions,
  ResponseHead,
  SocketOptions,
} from "../../runtime/core/powers.ts";
import { resolveUrl } from "../../runtime/powers/net/url.ts";

export interface FakeAnswer {
  readonly status?: number;
  readonly location?: string;
  readonly body?: string;
}

export interface FakeSite {
  /** What its name resolves to; a public address when left out. */
  readonly address?: string;
  readonly answer?: FakeAnswer;
}

/** By host; every port of a host answers the same. */
export type FakeSites = Readonly<Record<string, FakeSite>>;

interface Told {
  readonly trace: (what: string) => void;
  readonly seen: (what: string) => void;
}

const PUBLIC = "93.184.215.14";

/** @param seen everything that a host sees of a request, in order: what was asked for, and each piece that was sent */
export function fakeNet(
  sites: FakeSites,
  trace: (what: string) => void,
  seen: (what: string) => void = () => undefined,
): PowerSource<NetNeed> {
  return {
    resolve: async (need) => resolveUrl(need),
    open: async (target, lease) => {
      lease.alive();
      trace(`open net ${(target as NetTarget).host}`);
      return {
        request: (options) => request(sites, target as NetTarget, lease, options, { trace, seen }),
        connect: (options) => connect(sites, target as NetTarget, lease, options, { trace, seen }),
      } satisfies NetPower;
    },
    release: () => undefined,
  };
}

async function request(
  sites: FakeSites,
  target: NetTarget,
  lease: Lease,
  options: RequestOptions,
  told: Told,
): Promise<ResponseHead> {
  const { trace, seen } = told;
  lease.alive();
  const site = sites[target.host] ?? {};
  await lease.admit({ ...target, address: site.address ?? PUBLIC });
  trace(`connect ${target.host}:${target.port}`);
  if (options.body) lease.spend(options.body.length, "out");
  seen(
    `${target.method} ${target.words} ${options.headers.join()} ${Buffer.from(options.body ?? []).toString("latin1")}`,
  );
  for (let chunk = await options.upload?.next(); chunk; chunk = await options.upload?.next()) {
    lease.spend(chunk.length, "out");
    trace(`sent ${chunk.length}`);
    seen(`piece ${Buffer.from(chunk).toString("latin1")}`);
  }
  const { status = 200, location, body = "" } = site.answer ?? {};
  if (location !== undefined && options.redirect === "follow") {
    const next = await lease.obtain({ kind: "net", url: location, method: options.method });
    return request(sites, next.target as NetTarget, next.lease, { ...options, body: null }, told);
  }
  return head(target, status, body, lease, trace);
}

function head(
  target: NetTarget,
  status: number,
  body: string,
  lease: Lease,
  trace: (what: string) => void,
): ResponseHead {
  let rest = new TextEncoder().encode(body);
  return {
    status,
    statusText: "",
    url: target.words,
    redirected: false,
    headers: [],
    body: {
      get ended() {
        return rest.length === 0;
      },
      read: async (max) => {
        const part = rest.subarray(0, max);
        lease.spend(part.length, "in");
        rest = rest.subarray(part.length);
        return part;
      },
      cancel: async () => trace(`close ${target.host}`),
    },
  };
}

/** Says the site's body once, takes what it is sent, and closes when asked. */
async function connect(
  sites: FakeSites,
  target: NetTarget,
  lease: Lease,
  { protocols }: SocketOptions,
  { trace, seen }: Told,
): Promise<OpenSocket> {
  lease.alive();
  const site = sites[target.host] ?? {};
  await lease.admit({ ...target, address: site.address ?? PUBLIC });
  seen(`socket ${target.words}`);
  trace(`connect ${target.host}:${target.port}`);
  const said = [new TextEncoder().encode(site.answer?.body ?? "")];
  const end = { code: 1000, reason: "" };
  return {
    url: target.words,
    protocol: protocols[0] ?? "",
    receive: async () => {
      const bytes = said.shift();
      if (!bytes) return end;
      lease.spend(bytes.length, "in");
      return { bytes, text: true };
    },
    send: async ({ bytes }) => {
      lease.spend(bytes.length, "out");
      trace(`sent ${bytes.length}`);
      seen(`message ${Buffer.from(bytes).toString("latin1")}`);
    },
    close: async () => end,
    cancel: async () => trace(`close ${target.host}`),
  };
}
