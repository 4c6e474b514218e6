/** Authority over the network: a URL becomes a target without asking anybody, a target becomes requests, each address of it judged
 *  before it is dialled and each redirect put through the whole gate. Knows nothing of grants. */
import type { NetNeed, Target } from "../../core/capability.ts";
import { fail } from "../../core/errors.ts";
import type { Lease, NetPower, PowerSource } from "../../core/powers.ts";
import type { Lookup } from "./dial.ts";
import type { Wire } from "./exchange.ts";
import { resolveUrl } from "./url.ts";

export interface NetOptions {
  /** All addresses of a name; the system's resolver when left out. */
  readonly lookup?: Lookup;
  /** Further certificate authorities, PEM, beside the bundled ones. */
  readonly ca?: readonly string[];
  /** The URL of a proxy, `http:` or `https:`, through which every connection goes. */
  readonly proxy?: string;
  /** The User-Agent header of requests that set none. */
  readonly userAgent?: string;
}

export interface NetSource extends PowerSource<NetNeed> {
  /** Closes every connection of the run. */
  close(): void;
}

/** The network of one run. Node's HTTP is loaded with the first request. */
export function net(options: NetOptions = {}): NetSource {
  const { proxy, ...rest } = options;
  let wire: Wire | undefined;
  let closed = false;
  return {
    resolve: async (need) => resolveUrl(need),
    release() {},
    async open(target: Target, lease: Lease): Promise<NetPower> {
      if (target.kind !== "net") throw fail("E_INTERNAL", "not a network target");
      const [{ Wire }, { HttpPower }, { proxyOf }] = await Promise.all([
        import("./exchange.ts"),
        import("./request.ts"),
        import("./proxy.ts"),
      ]);
      if (closed) throw fail("E_UNAVAILABLE", "the run has ended");
      wire ??= new Wire({
        userAgent: "sbx",
        ...rest,
        ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
      });
      return new HttpPower(wire, target, lease);
    },
    close() {
      closed = true;
      wire?.close();
    },
  };
}
