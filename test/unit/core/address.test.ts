import { describe, expect, test } from "vitest";
import {
  type AddressClass,
  blockOf,
  canonical,
  canonicalBlock,
  classOf,
  inBlock,
  parseAddress,
  printAddress,
  printBlock,
} from "../../../runtime/core/address.ts";

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(text);
  return parsed;
};

describe("parsing and printing", () => {
  const table: readonly { why: string; text: string; prints: string | undefined }[] = [
    { why: "dotted decimal stays", text: "192.0.2.255", prints: "192.0.2.255" },
    { why: "a number over 255 is no address", text: "256.1.1.1", prints: undefined },
    { why: "a leading zero could mean octal and is refused", text: "010.0.0.1", prints: undefined },
    { why: "three numbers are no address", text: "10.0.1", prints: undefined },
    { why: "five numbers are no address", text: "1.2.3.4.5", prints: undefined },
    { why: "white space is no part of one", text: " 1.2.3.4", prints: undefined },
    {
      why: "the longest run of zeros is shortened",
      text: "2001:db8:0:0:1:0:0:0",
      prints: "2001:db8:0:0:1::",
    },
    {
      why: "the first of two equal runs is shortened",
      text: "2001:0:0:1:0:0:2:3",
      prints: "2001::1:0:0:2:3",
    },
    { why: "a single zero is not shortened", text: "1:0:2:3:4:5:6:7", prints: "1:0:2:3:4:5:6:7" },
    { why: "hexadecimal becomes lower case without leading zeros", text: "FE80::00AB", prints: "fe80::ab" },
    { why: "all zeros", text: "0:0:0:0:0:0:0:0", prints: "::" },
    { why: "a dotted end", text: "::ffff:1.2.3.4", prints: "::ffff:102:304" },
    { why: "a zone index is dropped", text: "fe80::1%eth0", prints: "fe80::1" },
    { why: "two shortened runs are ambiguous", text: "1::2::3", prints: undefined },
    { why: "seven groups are too few", text: "1:2:3:4:5:6:7", prints: undefined },
    { why: "nine groups are too many", text: "1:2:3:4:5:6:7:8:9", prints: undefined },
    { why: "a run that stands for nothing is refused", text: "1:2:3:4::5:6:7:8", prints: undefined },
    { why: "five digits are too many", text: "::12345", prints: undefined },
    { why: "a dotted part in the middle is refused", text: "1.2.3.4::", prints: undefined },
    { why: "three colons are refused", text: ":::", prints: undefined },
    { why: "brackets are no part of one", text: "[::1]", prints: undefined },
    { why: "a name is none", text: "localhost", prints: undefined },
  ];
  for (const { why, text, prints } of table)
    test(why, () => {
      const parsed = parseAddress(text);
      expect(parsed && printAddress(parsed)).toBe(prints);
    });
});

describe("classes", () => {
  const table: Record<AddressClass, readonly string[]> = {
    public: [
      "1.1.1.1",
      "8.8.8.8",
      "172.32.0.1",
      "11.0.0.1",
      "100.128.0.1",
      "192.0.1.1",
      "2606:4700::1111",
      "2a00::1",
      "::ffff:8.8.8.8",
      "64:ff9b::808:808",
      "2002:808:808::1",
    ],
    unspecified: ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "64:ff9b::"],
    loopback: [
      "127.0.0.1",
      "127.255.255.255",
      "::1",
      "::ffff:127.0.0.1",
      "::127.0.0.1",
      "64:ff9b::7f00:1",
      "64:ff9b:1::7f00:1",
      "64:ff9b:1:7f00:0:100::",
      "2002:7f00:1::",
      "2001:0:808:808::80ff:fffe",
      "::ffff:0:7f00:1",
    ],
    private: [
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.0.1",
      "fc00::1",
      "fdff::1",
      "fec0::1",
      "2002:c0a8:1::",
      "2001:0:a00:1::f7f7:f7f7",
    ],
    "link-local": ["169.254.0.1", "fe80::1", "febf::1", "2002:a9fe:1::"],
    "carrier-grade": ["100.64.0.1", "100.127.255.255"],
    metadata: [
      "169.254.169.254",
      "::ffff:169.254.169.254",
      "2002:a9fe:a9fe::",
      "100.100.100.200",
      "168.63.129.16",
      "192.0.0.192",
      "fd00:ec2::254",
    ],
    multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
    broadcast: ["255.255.255.255"],
    documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    benchmarking: ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    reserved: [
      "192.0.0.1",
      "240.0.0.1",
      "254.0.0.1",
      "192.88.99.1",
      "100::1",
      "5f00::1",
      "4000::1",
      "2001:10::1",
    ],
  };
  for (const [name, texts] of Object.entries(table))
    for (const text of texts) test(`${text} is ${name}`, () => expect(classOf(address(text))).toBe(name));
});

describe("what an address equals", () => {
  const table = [
    ["::ffff:10.0.0.1", "10.0.0.1", "mapped"],
    ["::10.0.0.1", "10.0.0.1", "compatible"],
    ["64:ff9b::a00:1", "10.0.0.1", "NAT64"],
    ["64:ff9b:1::a00:1", "10.0.0.1", "local NAT64, long prefix"],
    ["64:ff9b:1:a00:0:100::", "10.0.0.1", "local NAT64, short prefix"],
    ["2002:a00:1::5", "10.0.0.1", "6to4"],
    ["2001:0:808:808::f5ff:fffe", "10.0.0.1", "Teredo carries the client with its bits turned"],
    ["::1", "::1", "loopback is itself"],
    ["2001:db8::1", "2001:db8::1", "an ordinary address is itself"],
  ] as const;
  for (const [text, equals, why] of table)
    test(`${why}: ${text}`, () => expect(printAddress(canonical(address(text)))).toBe(equals));
});

describe("blocks", () => {
  test("a prefix that ends inside a byte", () => {
    const block = blockOf(address("172.16.0.0"), 12);
    expect(block && inBlock(block, address("172.31.255.255"))).toBe(true);
    expect(block && inBlock(block, address("172.32.0.0"))).toBe(false);
  });
  test("a block of one family holds nothing of the other", () => {
    const block = blockOf(address("::"), 0);
    expect(block && inBlock(block, address("1.2.3.4"))).toBe(false);
  });
  test("bits behind the prefix are refused", () => expect(blockOf(address("10.0.0.5"), 8)).toBeUndefined());
  test("a prefix longer than the address is refused", () =>
    expect(blockOf(address("10.0.0.0"), 33)).toBeUndefined());
  test("a block in mapped form is the IPv4 block", () => {
    const block = blockOf(address("::ffff:10.0.0.0"), 104);
    expect(block && printBlock(canonicalBlock(block))).toBe("10.0.0.0/8");
  });
});
