/** URLs in every spelling, through the real network powers to a real server on loopback: the host that was judged is the one that the URL
 *  standard names, the one that is looked up, the one that is dialled, the one in the Host header and the one that the audit prints; for
 *  requests, WebSockets and where redirects lead. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type NetTarget, printTarget, type Target } from "../../runtime/core/capability.ts";
import { fail, isSbxError } from "../../runtime/core/errors.ts";
import { net } from "../../runtime/powers/net/net.ts";
import { fakeLease } from "../support/lease.ts";
import { Random } from "../support/random.ts";
import type { Fuzzer } from "./fuzzer.ts";

const hosts = [
  ..."a.example b.a.example EXAMPLE.com xn--bcher-kva.example bücher.example ⓔxample.com faß.de localhost localhost.".split(
    " ",
  ),
  ..."127.0.0.1 127.1 0x7f.1 0177.0.0.1 2130706433 127.0.0.1. 127.000.0.1 １２７.0.0.1 127。0。0。1 0x7f000001 127.0.0.2".split(
    " ",
  ),
  ..."[::1] [0:0::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [fe80::1%25lo] [::1]. [::]".split(
    " ",
  ),
  ..."a%2eexample a%00b.example %61.example a..b .a.example a.example.. * *.example a_b.example -a.example 999.1.1.1 1.2.3 0".split(
    " ",
  ),
  ..."a.example%20 a\tb.example a\nb.example a\u00adb.example a\u200db.example a\u202eb.example 10.0.0.1 169.254.169.254".split(
    " ",
  ),
  `${"x".repeat(64)}.example`,
  `${"a.".repeat(130)}example`,
  "",
];
const schemes = [
  "http://",
  "http://",
  "http://",
  "HTTP://",
  "http:",
  "http:\\\\",
  "http:///",
  "http:/",
  " http://",
  "ht\ntp://",
  "https://",
  "ws://",
  "ftp://",
  "//",
  "javascript:",
];
const users = [
  "",
  "",
  "",
  "",
  "",
  "",
  "u@",
  "u:p@",
  "a.example@",
  "@",
  "a.example:80@",
  "%00@",
  "a.example\\@",
];
const paths = [
  "",
  "/",
  "/a",
  "/a/../b",
  "/%2e%2e/c",
  "\\x",
  "?q",
  "#h",
  "/@a.example",
  "/a b",
  "/%2f",
  "//b.example/",
  "/ü",
  "/\u0000",
  "/..;/x",
  "?@b.example",
  "#@b.example",
  "\\@b.example",
];
const ports = [
  "",
  ":PORT",
  ":PORT",
  ":PORT",
  ":PORT",
  ":0PORT",
  ":",
  ":80",
  ":99999",
  ":PORT:1",
  ":-1",
  ": PORT",
];

function anyUrl(random: Random, port: number): string {
  const pieces = [schemes, users, hosts, ports, paths].map((list) => random.pick(list));
  const text = pieces.join("").replaceAll("PORT", String(port));
  if (!random.chance(0.1)) return text;
  const at = random.below(text.length + 1);
  return `${text.slice(0, at)}${random.pick(["@", "/", "\\", "\t", "#", ".", "%", ":", "\u3002", "[", " "])}${text.slice(at)}`;
}

/** What the URL standard says of a text, by Node's own parser; undefined: nothing that is fetched. */
function standard(text: string): { host: string; port: number; path: string } | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return {
    host,
    port: url.port === "" ? (/^(https|wss):/.test(url.protocol) ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
  };
}

interface Seen {
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly local: string;
}

/** Answers everything, writes down who was asked for, and sends on where it is told to. */
class Witness {
  readonly seen: Seen[] = [];
  location: string | undefined;
  readonly server: Server = createServer((request, response) => {
    this.#note(request);
    const { location } = this;
    this.location = undefined;
    if (location === undefined) response.end("ok");
    else response.writeHead(302, { location }).end();
  }).on("upgrade", (request: IncomingMessage, socket) => {
    this.#note(request);
    socket.end("HTTP/1.1 403 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });

  #note({ headers: { host }, url: path, socket }: IncomingMessage): void {
    this.seen.push({ host, path, local: (socket.localAddress ?? "").replace(/^::ffff:/, "") });
  }

  async start(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, "::", done));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

const isLoopback = (address: string): boolean => /^127\./.test(address) || address === "::1";

class Trial {
  readonly looked: string[] = [];
  readonly judged: NetTarget[] = [];
  readonly #source = net({
    lookup: async (host) => {
      this.looked.push(host);
      return ["127.0.0.1"];
    },
  });
  readonly #lease = fakeLease({
    resolve: (need) => this.#source.resolve(need as never),
    judge: (target) => this.#judge(target),
    limits: { requestTimeout: 2000 },
  });

  /** Only this machine is dialled. */
  #judge(target: Target): void {
    if (target.kind !== "net") return;
    this.judged.push(target);
    const { address, host } = target;
    if (address !== undefined && !isLoopback(address)) throw fail("E_NET_LOCAL", host, { kind: "net" });
  }

  async fetch(url: string): Promise<NetTarget> {
    const target = (await this.#source.resolve({ kind: "net", url, method: "GET" })) as NetTarget;
    this.judged.push(target);
    const power = await this.#source.open(target, this.#lease);
    const head = await power.request({ method: "GET", headers: [], body: null, redirect: "follow" });
    await head.body?.cancel?.();
    return target;
  }

  async connect(url: string): Promise<void> {
    const target = (await this.#source.resolve({
      kind: "net",
      url,
      method: "GET",
      socket: true,
    })) as NetTarget;
    this.judged.push(target);
    const power = await this.#source.open(target, this.#lease);
    const socket = await power.connect({ headers: [], protocols: [] });
    socket.cancel();
  }

  close(): void {
    this.#source.close();
  }
}

/** What does not agree, or undefined. */
function disagreement(
  url: string,
  target: NetTarget,
  looked: readonly string[],
  seen: Seen | undefined,
): string | undefined {
  const said = standard(url);
  if (said === undefined) return "it is no URL, and was fetched";
  if (target.host !== said.host || target.port !== said.port)
    return `it was judged as ${target.host}:${target.port}`;
  if (looked.some((name) => name !== target.host)) return `${looked} was looked up`;
  const audited = printTarget({ ...target, path: "/" });
  const name = target.host.includes(":") ? `[${target.host}]` : target.host;
  if (audited !== `${name}:${target.port}`) return `the audit names ${audited}`;
  if (seen === undefined) return undefined;
  if (seen.host !== `${name}:${target.port}` && !(target.port === 80 && seen.host === name))
    return `the Host header was ${seen.host}`;
  if (seen.path !== said.path) return `the path that was sent was ${seen.path}`;
  const dialled = target.address ?? "127.0.0.1";
  return seen.local === dialled || isLoopback(seen.local) ? undefined : `${seen.local} was dialled`;
}

type Way = "fetch" | "redirect" | "socket";

async function tried(way: Way, url: string, witness: Witness, port: number): Promise<string | undefined> {
  const trial = new Trial();
  witness.seen.length = 0;
  const base = `http://start.example:${port}/`;
  const aim = way === "socket" ? url.replace(/^(\s*)https?:/i, "$1ws:") : url;
  try {
    if (way === "redirect") witness.location = encodeURI(aim).replace(/%25/g, "%");
    const asked = way === "redirect" ? (witness.location ?? "") : aim;
    const full = way === "redirect" ? (URL.canParse(asked, base) ? new URL(asked, base).href : asked) : asked;
    try {
      if (way === "socket") await trial.connect(aim);
      else await trial.fetch(way === "redirect" ? base : aim);
    } catch (error) {
      if (!isSbxError(error) || error.code === "E_INTERNAL") return `it ends with ${error}`;
    }
    const first = way === "redirect" ? base : full;
    const hops = trial.judged.filter(({ address }) => address === undefined);
    const hop = hops.slice(way === "redirect" ? 1 : 0).at(-1);
    if (hop === undefined) return witness.seen.length > 1 ? "a redirect was followed unjudged" : undefined;
    const target = trial.judged.findLast(({ words }) => words === hop.words) ?? hop;
    const seen = witness.seen[way === "redirect" ? 1 : 0];
    const looked =
      way === "redirect" ? trial.looked.filter((name) => name !== "start.example") : trial.looked;
    return disagreement(way === "redirect" ? full : first, target, looked, seen);
  } finally {
    witness.location = undefined;
    trial.close();
  }
}

export const fuzzer: Fuzzer = {
  name: "urls",
  why: "the host that is judged is the standard's, the one looked up, dialled, sent and audited",
  share: 20_000,
  async batch(seed, count) {
    const random = new Random(seed);
    const witness = new Witness();
    const port = await witness.start();
    try {
      for (let n = 0; n < count; n += 1) {
        const url = anyUrl(random, port);
        const way = random.pick(["fetch", "fetch", "redirect", "socket"] as const);
        const wrong = await tried(way, url, witness, port);
        if (wrong !== undefined)
          throw new Error(`seed ${seed}, case ${n}: ${way} of ${JSON.stringify(url)}: ${wrong}`);
      }
    } finally {
      await witness.stop();
    }
  },
};
