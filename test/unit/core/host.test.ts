import { describe, expect, test } from "vitest";
import type { NetTarget } from "../../../runtime/core/capability.ts";
import {
  anyMethod,
  covers,
  coversForDeny,
  isLocalTarget,
  lacksNaming,
  parseNetScope,
  printNetScope,
} from "../../../runtime/core/host.ts";
import { resolveUrl, toHost } from "../../../runtime/powers/net/url.ts";

const scope = (text: string) => parseNetScope(text, toHost);

/** `METHOD URL -> address`, the method and the address may be missing. */
function target(text: string): NetTarget {
  const [, method = "GET", url = "", address] = /^(?:([A-Za-z*]+) )?(\S+?)(?: -> (\S+))?$/.exec(text) ?? [];
  const known = resolveUrl({
    kind: "net",
    url: url.includes("://") ? url : `http://${url}`,
    method: method === "*" ? "GET" : method,
  });
  return { ...known, method, ...(address === undefined ? {} : { address }) };
}

describe("what a scope is read as", () => {
  const table: readonly [text: string, printed: string, why: string][] = [
    ["EXAMPLE.com.", "example.com", "names are lower case and end without a dot"],
    ["bücher.example", "xn--bcher-kva.example", "names are in IDNA form"],
    ["*.d.example:443", "*.d.example:443", "a wildcard with a port"],
    ["*", "*", "every public address"],
    ["0x7f.1:9", "127.0.0.1:9", "an IPv4 address in hexadecimal"],
    ["2130706433", "127.0.0.1", "an IPv4 address as one number"],
    ["[0:0:0:0:0:0:0:1]:8000", "[::1]:8000", "an IPv6 address in brackets with a port"],
    ["::1", "[::1]", "a bare IPv6 address"],
    ["[fe80::1%eth0]", "[fe80::1]", "a zone index is dropped"],
    ["[::ffff:127.0.0.1]:9", "127.0.0.1:9", "a mapped address is the IPv4 address"],
    ["10.0.0.0/8:80", "10.0.0.0/8:80", "an IPv4 block with a port"],
    ["10.0.0.0/8/status", "10.0.0.0/8/status", "an IPv4 block with a path"],
    ["10.0.0.5:80/8", "10.0.0.5:80/8", "behind a port a number is a path"],
    ["2001:db8::/32", "[2001:db8::]/32", "a bare IPv6 block"],
    ["[2001:db8::/32]:80", "[2001:db8::]/32:80", "an IPv6 block in brackets"],
    ["[2001:db8::]/32:80/a", "[2001:db8::]/32:80/a", "an IPv6 block with port and path"],
    ["example.com/24", "example.com/24", "behind a name a number is a path"],
    [
      "post+GET  api.example/v1/",
      "GET+POST api.example/v1",
      "methods are sorted, a slash at the end says nothing",
    ],
    ["api.example/%61b%2fc/ü", "api.example/ab%2Fc/%C3%BC", "a path is percent-normalised"],
    ["api.example/", "api.example", "the root is every path"],
  ];
  for (const [text, printed, why] of table)
    test(`${why}: ${text}`, () => {
      expect(printNetScope(scope(text))).toBe(printed);
      expect(scope(printed)).toEqual(scope(text));
    });
});

describe("what is no scope", () => {
  const table: readonly [text: string, why: string][] = [
    ["", "nothing"],
    [":443", "a port without a host"],
    ["https://example.com", "a URL"],
    ["user@example.com", "a user name"],
    ["exa*mple.com", "a wildcard inside a label"],
    ["a.*.com", "a wildcard in the middle"],
    ["*.127.0.0.1", "a wildcard over an address"],
    ["*.", "a wildcard over nothing"],
    ["a..b", "an empty label"],
    ["localhost:65536", "a port out of range"],
    ["example.com:", "a colon without a port"],
    ["example.com:80x", "a port with a letter"],
    ["999.1.1.1", "a number that is no address"],
    ["[::1", "an open bracket"],
    ["[example.com]", "a name in brackets"],
    ["10.0.0.5/8", "bits behind the prefix"],
    ["10.0.0.0/33", "a prefix that is too long"],
    ["api.example/a/../b", "dot segments"],
    ["api.example/a/%2e%2E/b", "encoded dot segments"],
    ["api.example/a?b", "a query"],
    ["api.example\\a", "a backslash"],
    ["GET/POST api.example", "methods joined by something else"],
    ["unix:/tmp/x.sock", "a socket file"],
  ];
  for (const [text, why] of table)
    test(`${why}: ${text}`, () =>
      expect(() => scope(text)).toThrow(expect.objectContaining({ code: "E_USAGE" })));
});

describe("what an allow covers", () => {
  type Row = readonly [scope: string, target: string, covered: boolean, why: string];
  const table: readonly Row[] = [
    ["deno.land", "deno.land:3000", true, "no port is every port"],
    ["github.com:3000", "github.com:3000", true, "the named port"],
    ["github.com:3000", "github.com", false, "the default port is another one"],
    ["example.com:443", "https://example.com/", true, "https has port 443"],
    ["EXAMPLE.com", "example.com.:443", true, "a dot at the end of a host says nothing"],
    ["deno.land", "evildeno.land", false, "a name that ends alike"],
    ["deno.land", "www.deno.land", false, "a name below"],
    ["*.discord.gg", "discord.gg", true, "a wildcard covers the name itself"],
    ["*.discord.gg", "a.b.discord.gg", true, "a wildcard covers every depth"],
    ["*.discord.gg", "evildiscord.gg", false, "a wildcard covers whole labels"],
    ["*", "example.com", true, "everything covers a name before it is resolved"],
    ["*", "example.com -> 93.184.216.34", true, "everything covers a public address"],
    ["*", "example.com -> 10.0.0.1", false, "everything does not cover a private address"],
    ["*", "localhost", false, "everything does not cover localhost"],
    ["*", "x.localhost", false, "everything does not cover names below localhost"],
    ["*", "127.0.0.1", false, "everything does not cover loopback"],
    ["*", "[::ffff:127.0.0.1]", false, "everything does not cover loopback inside IPv6"],
    ["*", "[64:ff9b::a9fe:a9fe]", false, "everything does not cover metadata through NAT64"],
    ["*", "0.0.0.0", false, "everything does not cover the unspecified address"],
    ["*:443", "example.com:80", false, "everything on one port"],
    ["example.com", "example.com -> 93.184.216.34", true, "a name with a public address"],
    ["example.com", "example.com -> 127.0.0.1", false, "a name that turns out to be loopback"],
    ["example.com", "example.com -> ::ffff:169.254.169.254", false, "a name that turns out to be metadata"],
    ["example.com", "example.com -> nonsense", false, "an address that cannot be read"],
    ["localhost", "localhost:1234", true, "localhost by its name"],
    ["localhost", "localhost:1234 -> 127.0.0.1", true, "localhost at 127.0.0.1"],
    ["localhost", "localhost:1234 -> ::1", true, "localhost at ::1"],
    ["localhost", "localhost:1234 -> 93.184.216.34", false, "a localhost that is elsewhere"],
    [
      "localhost",
      "127.0.0.1:1234",
      false,
      "localhost does not cover the address when that is what was written",
    ],
    ["127.0.0.1:9", "127.0.0.1:9", true, "an address by itself"],
    ["127.0.0.1:9", "[::ffff:127.0.0.1]:9", true, "an address in mapped form"],
    ["127.0.0.1:9", "0x7f.1:9", true, "an address in another spelling"],
    ["127.0.0.1:9", "[::1]:9", false, "the other loopback address"],
    ["127.0.0.1:9", "localhost:9", false, "an address does not cover a name before it is resolved"],
    ["127.0.0.1:9", "dev.example:9 -> 127.0.0.1", true, "an address covers what a name turned out to be"],
    ["10.0.0.0/24", "10.0.0.1", true, "a block"],
    ["10.0.0.0/24", "10.0.1.1", false, "outside a block"],
    ["10.0.0.0/8:80", "10.1.1.1:81", false, "a block on another port"],
    ["0.0.0.0/0", "[2606:4700::1]:80", false, "an IPv4 block covers no IPv6 address"],
    ["::/0", "[::ffff:10.0.0.1]:80", false, "an IPv6 block does not cover the IPv4 address inside one"],
    ["fd00::/8", "[fd12::1]:80", true, "an IPv6 block"],
    ["GET api.example", "POST api.example", false, "a method that is not named"],
    ["GET+POST api.example", "post api.example", true, "a method in lower case"],
    ["GET api.example", "* api.example", false, "a request that may be taken for any method"],
    ["api.example", "* api.example", true, "any method where none is named"],
    ["api.example/api", "api.example/api", true, "the path itself"],
    ["api.example/api", "api.example/api/x?q=1", true, "a path below"],
    ["api.example/api", "api.example/api/", true, "the path with a slash"],
    ["api.example/api", "api.example/apix", false, "a segment that begins alike"],
    ["api.example/api", "api.example/API", false, "paths compare with case"],
    ["api.example/api", "api.example/%61pi", true, "unreserved characters may be encoded"],
    ["api.example/api", "api.example/api%2Fx", false, "an encoded slash does not end a segment"],
    ["api.example/a%2fb", "api.example/a/b", false, "an encoded slash is not a slash"],
    ["api.example/a%2fb", "api.example/a%2Fb/c", true, "an encoded slash is itself"],
    ["api.example/api", "api.example/api/../admin", false, "dot segments were resolved before"],
    [
      "api.example/api",
      "api.example/api/..%2fadmin",
      false,
      "encoded slashes that a server may read as a way out",
    ],
    [
      "api.example/api",
      "api.example/api/..%5cadmin",
      false,
      "encoded backslashes that a server may read as a way out",
    ],
    ["api.example/api", "api.example/api/%252e%252e/admin", false, "dot segments encoded twice"],
    ["api.example/api", "api.example/api/..;x/admin", false, "dot segments with parameters"],
    ["api.example/api", "api.example//api", false, "an empty segment"],
  ];
  for (const [text, request, covered, why] of table)
    test(`${why}: ${text} · ${request}`, () =>
      expect(covers(scope(text), target(request), { local: false })).toBe(covered));

  const local: readonly Row[] = [
    ["*.corp.example", "db.corp.example -> 10.0.0.1", true, "local=yes lets a host be private"],
    ["db.corp.example", "db.corp.example -> ::1", true, "local=yes lets a host be loopback"],
    ["*", "db.corp.example -> 10.0.0.1", false, "local=yes names nothing with a bare star"],
  ];
  for (const [text, request, covered, why] of local)
    test(`${why}: ${text} · ${request}`, () =>
      expect(covers(scope(text), target(request), { local: true })).toBe(covered));

  test("a bare grant is every public address", () => {
    expect(covers(null, target("example.com"), { local: false })).toBe(true);
    expect(covers(null, target("192.168.1.1"), { local: false })).toBe(false);
  });
});

describe("what a deny covers", () => {
  const table: readonly [scope: string, target: string, covered: boolean, why: string][] = [
    ["denied.example", "denied.example:8080", true, "no port is every port"],
    ["denied.example:80", "denied.example:8080", false, "another port"],
    ["*.z.example:80", "c.z.example:80", true, "a wildcard with a port"],
    ["bad.example", "x.bad.example", false, "a name alone says nothing of names below"],
    ["127.0.0.1", "2130706433:9", true, "an address in another spelling"],
    ["127.0.0.1", "[::ffff:7f00:1]:9", true, "an address inside IPv6"],
    ["127.0.0.1", "dev.example -> 127.0.0.1", true, "an address that a name turned out to be"],
    ["127.0.0.1", "127.0.0.2", false, "the address beside"],
    ["169.254.169.254", "[2002:a9fe:a9fe::]:80", true, "an address in 6to4"],
    ["172.16.0.0/12", "x.example -> 172.31.0.1", true, "a block that a name falls into"],
    ["172.16.0.0/12", "172.32.0.1", false, "outside a block"],
    ["::/0", "[::ffff:10.0.0.1]:80", true, "an IPv6 block holds what is written in IPv6"],
    ["10.0.0.0/8", "[::ffff:10.0.0.1]:80", true, "an IPv4 block holds what is meant"],
    ["localhost", "127.0.0.1:9", true, "localhost is its addresses too"],
    ["localhost", "[::1]:9", true, "localhost is ::1 too"],
    ["localhost", "x.localhost", true, "names below localhost are loopback"],
    ["localhost", "dev.example -> 127.0.0.1", true, "a name that turned out to be loopback"],
    ["localhost", "example.com", false, "another name"],
    ["example.com", "other.example -> nonsense", true, "an address that cannot be read is refused"],
    ["*", "example.com", true, "everything"],
    ["DELETE api.example", "delete api.example", true, "a named method"],
    ["DELETE api.example", "GET api.example", false, "a method that is not named"],
    ["DELETE api.example", "* api.example", true, "a request that may be taken for any method"],
    ["api.example/admin", "api.example/admin/x", true, "a path below"],
    ["api.example/admin", "api.example/ADMIN", true, "servers that know no case"],
    ["api.example/admin", "api.example//admin", true, "an empty segment"],
    ["api.example/admin", "api.example/x/..%2fadmin", true, "a way in through encoded slashes"],
    ["api.example/admin", "api.example/admin;x=1", true, "parameters"],
    ["api.example/admin", "api.example/administer", false, "a segment that begins alike"],
  ];
  for (const [text, request, covered, why] of table)
    test(`${why}: ${text} · ${request}`, () =>
      expect(coversForDeny(scope(text), target(request))).toBe(covered));
});

describe("what must be named", () => {
  const table = [
    ["example.com", false],
    ["localhost", true],
    ["10.0.0.1", true],
    ["8.8.8.8", false],
    ["example.com -> 10.0.0.1", true],
  ] as const;
  for (const [request, local] of table)
    test(`${request}: ${local}`, () => expect(isLocalTarget(target(request))).toBe(local));
});

test("the method that may be any is none that can be written", () =>
  expect(() => scope(`${anyMethod} api.example`)).toThrow());

describe("a refusal for want of naming", () => {
  const table: readonly [scope: string | null, target: string, lacks: boolean, why: string][] = [
    [null, "127.0.0.1", true, "a bare grant and a local address"],
    [null, "localhost", true, "a bare grant and localhost"],
    [null, "example.com -> 10.0.0.1", true, "a bare grant and a name that turns out to be local"],
    [null, "example.com", false, "nothing is local"],
    ["*:443", "127.0.0.1:80", false, "the port is not granted either"],
    ["example.com", "example.com -> 10.0.0.1", true, "a host's grant and a local address"],
    ["example.com", "other.example -> 10.0.0.1", false, "the host is not granted"],
    ["127.0.0.1", "127.0.0.1", false, "it is named"],
    ["127.0.0.1", "127.0.0.2", false, "another address is named"],
  ];
  for (const [text, request, lacks, why] of table)
    test(`${why}: ${text} · ${request}`, () =>
      expect(lacksNaming(text === null ? null : scope(text), target(request))).toBe(lacks));
});
