/** IP addresses as numbers: parsing and printing of canonical forms, address blocks, and the class of an address. Pure.
 *  An IPv6 address that carries an IPv4 address counts as the address it carries. Knows nothing of names, ports or grants. */

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A block of addresses: all whose first `bits` bits are those of `base`. */
export interface AddressBlock {
  readonly base: Address;
  readonly bits: number;
}

/** After the IANA special-purpose registries (RFC 6890 and its updates). Only `public` can be reached without being named. */
export type AddressClass =
  | "public"
  | "unspecified"
  | "loopback"
  | "private"
  | "link-local"
  | "carrier-grade"
  | "metadata"
  | "multicast"
  | "broadcast"
  | "documentation"
  | "benchmarking"
  | "reserved";

const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

const DOT = 0x2e;
const ZERO = 0x30;

function parse4(text: string): bigint | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined;
  let value = 0;
  let part = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code !== DOT) part = part * 10 + code - ZERO;
    else if (part > 255) return undefined;
    else {
      value = value * 256 + part;
      part = 0;
    }
  }
  return BigInt(value);
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 address may be the last. */
function groups(text: string): bigint[] | undefined {
  if (text === "") return [];
  const out: bigint[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(BigInt(`0x${part}`));
    else {
      const four = at === parts.length - 1 ? parse4(part) : undefined;
      if (four === undefined) return undefined;
      out.push(four >> 16n, four & 0xffffn);
    }
  }
  return out;
}

function parse6(text: string): bigint | undefined {
  if (text.length > 45 || !text.includes(":")) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "");
  const tail = groups(halves[1] ?? "");
  if (!head || !tail) return undefined;
  // A dotted address is only ever the very end.
  if (halves.length === 2 && halves[0]?.includes(".")) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<bigint>(missing).fill(0n), ...tail];
  return all.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Dotted decimal or RFC 4291 text, without brackets; a zone index (`%eth0`) is dropped. undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const four = parse4(text);
  if (four !== undefined) return { family: 4, value: four };
  if (!text.includes(":")) return undefined;
  const six = parse6(text.replace(/%[\w.-]{1,32}$/, ""));
  return six === undefined ? undefined : { family: 6, value: six };
}

/** The form of RFC 5952; IPv4 dotted decimal. */
export function printAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const parts = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  );
  let from = 0;
  let length = 1;
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (end < 8 && parts[end] === "0") end += 1;
    if (end - at > length) [from, length] = [at, end - at];
  }
  if (length < 2) return parts.join(":");
  return `${parts.slice(0, from).join(":")}::${parts.slice(from + length).join(":")}`;
}

export const sameAddress = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;

/** Whether the block holds exactly this spelling of the address; see `canonical`. */
export function inBlock({ base, bits }: AddressBlock, address: Address): boolean {
  if (base.family !== address.family) return false;
  const shift = BigInt(widthOf(base.family) - bits);
  return base.value >> shift === address.value >> shift;
}

/** undefined when `bits` does not fit the family. Bits beyond the prefix must be zero. */
export function blockOf(base: Address, bits: number): AddressBlock | undefined {
  const width = widthOf(base.family);
  if (!Number.isInteger(bits) || bits < 0 || bits > width) return undefined;
  const shift = BigInt(width - bits);
  return (base.value >> shift) << shift === base.value ? { base, bits } : undefined;
}

export const printBlock = ({ base, bits }: AddressBlock): string =>
  base.family === 4 ? `${printAddress(base)}/${bits}` : `[${printAddress(base)}]/${bits}`;

function block(text: string): AddressBlock {
  const [base = "", bits] = text.split("/");
  const address = parseAddress(base);
  const made = address && blockOf(address, Number(bits));
  if (!made) throw new RangeError(text);
  return made;
}

const four = (value: bigint): Address => ({ family: 4, value: value & 0xffff_ffffn });
const at = (value: bigint, shift: number): Address => four(value >> BigInt(shift));
const unspecified4 = 0n;

/** Where an IPv6 block carries IPv4 addresses; the first one is the one it equals. */
const carriers: readonly [AddressBlock, (value: bigint) => readonly Address[]][] = [
  [block("::ffff:0:0/96"), (v) => [four(v)]], // mapped, RFC 4291
  [block("::ffff:0:0:0/96"), (v) => [four(v)]], // translated, RFC 2765
  [block("64:ff9b::/96"), (v) => [four(v)]], // NAT64, RFC 6052
  // Local NAT64, RFC 8215: the network chooses how long its prefix is, so the address may stand in either place.
  [
    block("64:ff9b:1::/48"),
    (v) => {
      const long = four(v);
      const short = four((((v >> 64n) & 0xffffn) << 16n) | ((v >> 40n) & 0xffffn));
      return long.value === unspecified4 ? [short] : [long, short];
    },
  ],
  [block("2002::/16"), (v) => [at(v, 80)]], // 6to4, RFC 3056
  [block("2001::/32"), (v) => [four(v ^ 0xffff_ffffn), at(v, 64)]], // Teredo, RFC 4380: client, server
  [block("::/96"), (v) => (v > 1n ? [four(v)] : [])], // compatible, RFC 4291; :: and ::1 are themselves
];

function carried(address: Address): readonly Address[] {
  if (address.family === 4) return [];
  return carriers.find(([holder]) => inBlock(holder, address))?.[1](address.value) ?? [];
}

/** The address that this one equals: what it carries, or itself. */
export const canonical = (address: Address): Address => carried(address)[0] ?? address;

/** A block written in a carrier's form is the IPv4 block that it stands for; others are themselves. */
export function canonicalBlock(written: AddressBlock): AddressBlock {
  const holder = carriers.find(([{ bits }]) => bits === 96 && written.bits >= 96)?.[0];
  if (!holder || written.base.family === 4) return written;
  const base = canonical(written.base);
  return base.family === 4 ? { base, bits: written.bits - 96 } : written;
}

const classes: readonly [AddressClass, readonly string[]][] = [
  // Services that hand out credentials to whoever asks from inside; one of them lies in a public range.
  ["metadata", ["169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "100.100.100.200/32"]],
  ["metadata", ["168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd00:ec2::23/128"]],
  ["unspecified", ["0.0.0.0/8", "::/128"]],
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"]],
  ["link-local", ["169.254.0.0/16", "fe80::/10"]],
  ["carrier-grade", ["100.64.0.0/10"]],
  ["documentation", ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"]],
  ["benchmarking", ["198.18.0.0/15", "2001:2::/48"]],
  ["broadcast", ["255.255.255.255/32"]],
  ["multicast", ["224.0.0.0/4", "ff00::/8"]],
  ["reserved", ["192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "2001::/23"]],
];
const classBlocks = classes.flatMap(([name, blocks]) => blocks.map((text) => [name, block(text)] as const));
const classBlocks6 = classBlocks.filter(([, { base }]) => base.family === 6);
/** IPv4 blocks in plain numbers: every request asks. */
const classBlocks4 = classBlocks
  .filter(([, { base }]) => base.family === 4)
  .map(([name, { base, bits }]) => {
    const size = 2 ** (32 - bits);
    return { name, first: Number(base.value), last: Number(base.value) + size - 1 };
  });
const global6 = block("2000::/3");

function ownClass(address: Address): AddressClass {
  if (address.family === 4) {
    const value = Number(address.value);
    return classBlocks4.find(({ first, last }) => first <= value && value <= last)?.name ?? "public";
  }
  const found = classBlocks6.find(([, holder]) => inBlock(holder, address));
  if (found) return found[0];
  return inBlock(global6, address) ? "public" : "reserved";
}

/** The class of an address, or of the worst address that it may stand for. */
export function classOf(address: Address): AddressClass {
  const inner = carried(address).map(ownClass);
  if (inner.length === 0) return ownClass(address);
  return inner.find((name) => name !== "public") ?? "public";
}
