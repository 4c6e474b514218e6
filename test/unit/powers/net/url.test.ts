import { describe, expect, test } from "vitest";
import { resolveUrl, toHost } from "../../../../runtime/powers/net/url.ts";

const resolve = (url: string, method = "GET") => resolveUrl({ kind: "net", url, method });

describe("a URL as a target", () => {
  const table: readonly [
    url: string,
    target: { host?: string; port?: number; path?: string; scheme?: string },
    why: string,
  ][] = [
    [
      "http://EXAMPLE.com",
      { host: "example.com", port: 80, path: "/", scheme: "http" },
      "names are lower case, the port is filled in",
    ],
    [
      "https://example.com/a?b#c",
      { port: 443, path: "/a" },
      "https has port 443, the path ends before the query",
    ],
    ["https://example.com:8443/", { port: 8443 }, "a port by itself"],
    ["http://example.com./", { host: "example.com" }, "the dot at the end goes"],
    ["http://0x7f.1/", { host: "127.0.0.1" }, "IPv4 in any spelling"],
    ["http://[0:0::1]/", { host: "::1" }, "IPv6 without brackets"],
    ["http://bücher.example/", { host: "xn--bcher-kva.example" }, "IDNA"],
    ["http://ⓔxample.com/", { host: "example.com" }, "letters that only look different"],
    [
      "http://example.com/a/../b/%7e%2f",
      { path: "/b/~%2F" },
      "the path is normalised, an encoded slash stays",
    ],
    ["http:\\\\example.com\\x", { host: "example.com", path: "/x" }, "backslashes are slashes"],
    ["HTTP:example.com", { host: "example.com" }, "slashes may be missing"],
  ];
  for (const [url, target, why] of table)
    test(`${why}: ${url}`, () => expect(resolve(url)).toMatchObject(target));
});

describe("what is no target", () => {
  const table: readonly [url: string, why: string, method?: string][] = [
    ["example.com", "no scheme"],
    ["//example.com/", "no scheme before the slashes"],
    ["ftp://example.com/", "another scheme"],
    ["file:///etc/passwd", "a file"],
    ["http://user:pass@example.com/", "credentials"],
    ["http://user@example.com/", "a user name"],
    ["http://", "no host"],
    ["http://a..b/", "an empty label"],
    ["http://.example.com/", "an empty label at the start"],
    ["http://1.1.1.1../", "two dots behind an address"],
    ["http://*/", "a star"],
    ["http://999.1.1.1/", "a number that is no address"],
    ["http://[fe80::1%25lo]/", "a zone index"],
    ["http://example.com:99999/", "a port out of range"],
    ["http://example.com/", "a tunnel", "CONNECT"],
    ["http://example.com/", "an echo of headers", "trace"],
    ["http://example.com/", "an echo under its other name", "TRACK"],
    ["http://example.com/", "a method that is two", "GET /x HTTP/1.1\r\nX:"],
    ["http://example.com/", "no method", ""],
  ];
  for (const [url, why, method] of table)
    test(`${why}: ${url}`, () =>
      expect(() => resolve(url, method)).toThrow(expect.objectContaining({ code: "E_INVALID" })));
});

describe("hosts in grants", () => {
  const table: readonly [string, string | undefined][] = [
    ["Example.COM", "example.com"],
    ["0x7f.1", "127.0.0.1"],
    ["[::1]", "::1"],
    ["a/b", undefined],
    ["a@b", undefined],
    ["a:80", undefined],
    ["", undefined],
  ];
  for (const [text, host] of table) test(`${text} is ${host}`, () => expect(toHost(text)).toBe(host));
});
