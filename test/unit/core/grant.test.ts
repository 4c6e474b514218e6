// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is part of the grammar
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSbxError } from "../../../runtime/core/errors.ts";
import {
  type Grant,
  type GrantOptions,
  parseGrant,
  parseScopes,
  printFlag,
  printGrant,
} from "../../../runtime/core/grant.ts";
import { CWD, context, HOME } from "../../support/world.ts";

const parse = (text: string): Grant[] => parseGrant(text, context);
const path = (written: string, lexical: string, kind: "read" | "write" = "read") => ({
  kind,
  written,
  lexical,
  resolved: lexical,
});

const understood: readonly { why: string; text: string; gives: readonly Partial<Grant>[] }[] = [
  { why: "a bare kind", text: "read", gives: [{ kind: "read", scope: null, options: {} }] },
  { why: "a star is the bare kind", text: "net=*", gives: [{ kind: "net", scope: null, options: {} }] },
  { why: "a star with spaces around it is the bare kind, too", text: "net= * ", gives: [{ scope: null }] },
  { why: "so is a star with an empty path", text: "net=*/", gives: [{ scope: null }] },
  { why: "a relative path", text: "read=./docs", gives: [{ scope: path("./docs", `${CWD}/docs`) }] },
  {
    why: "a path out of the folder",
    text: "read=../x/./y/..",
    gives: [{ scope: path("../x/./y/..", `${HOME}/x`) }],
  },
  {
    why: "an absolute path",
    text: "write=/srv/data/",
    gives: [{ kind: "write", scope: path("/srv/data/", "/srv/data", "write") }],
  },
  { why: "the home folder", text: "read=~/notes", gives: [{ scope: path("~/notes", `${HOME}/notes`) }] },
  { why: "a known variable", text: "read=${tmp}/x", gives: [{ scope: path("${tmp}/x", "/tmp/x") }] },
  {
    why: "several scopes share the options behind the last",
    text: "read=./a,./b,for=10m",
    gives: [
      { scope: path("./a", `${CWD}/a`), options: { for: 600_000 } },
      { scope: path("./b", `${CWD}/b`), options: { for: 600_000 } },
    ],
  },
  {
    why: "an escaped comma is part of the name",
    text: "read=a\\,b",
    gives: [{ scope: path("a,b", `${CWD}/a,b`) }],
  },
  {
    why: "an escaped = is part of the name",
    text: "read=uses\\=3",
    gives: [{ scope: path("uses=3", `${CWD}/uses=3`) }],
  },
  {
    why: "an escaped backslash is one",
    text: "read=a\\\\b",
    gives: [{ scope: path("a\\b", `${CWD}/a\\b`) }],
  },
  {
    why: "a backslash before anything else is itself",
    text: "read=a\\b",
    gives: [{ scope: path("a\\b", `${CWD}/a\\b`) }],
  },
  {
    why: "an = behind something that is no word is part of the name",
    text: "read=a-1=b",
    gives: [{ scope: path("a-1=b", `${CWD}/a-1=b`) }],
  },
  {
    why: "every option",
    text: "net=api.example.com,for=1.5s,uses=3,maxBytes=10mb,maxCalls=7,ops=fetch,local=yes",
    gives: [
      { options: { for: 1500, uses: 3, maxBytes: 10 * 1024 ** 2, maxCalls: 7, ops: ["fetch"], local: true } },
    ],
  },
  {
    why: "options without a scope bind to the whole kind",
    text: "env=for=1m",
    gives: [{ scope: null, options: { for: 60_000 } }],
  },
  {
    why: "an option may stand before a scope",
    text: "read=for=1m,./a",
    gives: [{ scope: path("./a", `${CWD}/a`), options: { for: 60_000 } }],
  },
  {
    why: "several operations",
    text: "read=.,ops=readFile+stat",
    gives: [{ options: { ops: ["readFile", "stat"] } }],
  },
  {
    why: "a data set",
    text: "data=contacts",
    gives: [{ scope: { kind: "data", dataset: "contacts", fields: [], access: "read" } }],
  },
  {
    why: "fields of a data set",
    text: "data=contacts.name+birthday",
    gives: [{ scope: { kind: "data", dataset: "contacts", fields: ["name", "birthday"], access: "read" } }],
  },
  {
    why: "counting only",
    text: "data=c:count",
    gives: [{ scope: { kind: "data", dataset: "c", fields: [], access: "count" } }],
  },
  {
    why: "writing",
    text: "data=c.a:write",
    gives: [{ scope: { kind: "data", dataset: "c", fields: ["a"], access: "write" } }],
  },
  {
    why: "the plugin's own store",
    text: "data=kv",
    gives: [{ scope: { kind: "data", dataset: "kv", fields: [], access: "read" } }],
  },
  { why: "a variable", text: "env=LANG", gives: [{ scope: { kind: "env", name: "LANG" } }] },
  { why: "a prefix of variables", text: "env=LC_*", gives: [{ scope: { kind: "env", name: "LC_*" } }] },
  { why: "a function", text: "host=math.double", gives: [{ scope: { kind: "host", name: "math.double" } }] },
  { why: "a group of functions", text: "host=math.*", gives: [{ scope: { kind: "host", name: "math.*" } }] },
];

describe("a grant is understood:", () => {
  test.each(understood)("$why", ({ text, gives }) => {
    expect(parse(text)).toMatchObject(gives.map((grant) => ({ effect: "allow", ...grant })));
  });
});

const refused: readonly { why: string; text: string; says: RegExp; effect?: "deny" | "ignore" }[] = [
  { why: "an unknown kind", text: "files=./a", says: /begins with read=/ },
  { why: "no kind", text: "./a", says: /begins with/ },
  { why: "an empty text", text: "", says: /begins with/ },
  { why: "a kind in capitals", text: "Read=./a", says: /begins with/ },
  { why: "an empty scope", text: "read=", says: /empty scope/ },
  { why: "a host with a line break behind it", text: "net=*\n", says: /not a network scope/ },
  { why: "an empty scope between others", text: "read=./a,,./b", says: /empty scope/ },
  { why: "an empty scope at the end", text: "read=./a,", says: /empty scope/ },
  { why: "NUL in a scope", text: "read=a\0b", says: /NUL/ },
  { why: "an unknown word=", text: "read=./a,size=10mb", says: /"size=" is no option/ },
  { why: "an option in other letters", text: "read=./a,maxbytes=10mb", says: /"maxbytes=" is no option/ },
  { why: "an option twice", text: "read=./a,uses=1,uses=2", says: /stands twice/ },
  { why: "a time without unit", text: "read=./a,for=10", says: /number and a unit/ },
  { why: "no time at all", text: "read=./a,for=0s", says: /more than nothing/ },
  { why: "no uses at all", text: "read=./a,uses=0", says: /more than nothing/ },
  { why: "half a use", text: "read=./a,uses=1.5", says: /whole number/ },
  { why: "fewer than no uses", text: "read=./a,uses=-1", says: /whole number/ },
  { why: "a size without unit", text: "read=./a,maxBytes=10", says: /number and a unit/ },
  {
    why: "an operation of another kind",
    text: "read=./a,ops=fetch",
    says: /"fetch" is no operation of read/,
  },
  { why: "no operation", text: "read=./a,ops=", says: /"" is no operation/ },
  { why: "local= for files", text: "read=./a,local=yes", says: /belongs to net/ },
  { why: "local=true", text: "net=a.example,local=true", says: /local=yes/ },
  { why: "an unknown variable", text: "read=${secret}/x", says: /is not known/ },
  { why: "fields of the own store", text: "data=kv.a", says: /no fields/ },
  { why: "a write of the own store", text: "data=kv:write", says: /no fields/ },
  { why: "SQL for a data set", text: "data=a;drop", says: /write dataset/ },
  { why: "a star within a variable's name", text: "env=A_*_B", says: /PREFIX_/ },
  { why: "a star within a function's name", text: "host=a.*.b", says: /group/ },
  { why: "a URL for a host", text: "net=https://a.example", says: /no scheme/ },
  { why: "a deny that ends by itself", text: "read=./a,for=10m", says: /only ops=/, effect: "deny" },
  { why: "an ignore that is used up", text: "env=A,uses=2", says: /only ops=/, effect: "ignore" },
];

describe("a grant is refused:", () => {
  test.each(refused)("$why", ({ text, says, effect }) => {
    const attempt = (): unknown => parseGrant(text, context, effect);
    expect(attempt).toThrow(says);
    try {
      attempt();
    } catch (error) {
      expect(isSbxError(error) && error.code).toBe("E_USAGE");
    }
  });
});

describe("a grant is printed so that", () => {
  const same: readonly { why: string; text: string; printed: string }[] = [
    { why: "a bare kind stays bare", text: "read=*", printed: "read" },
    { why: "a bare kind with options keeps its star", text: "read=uses=2", printed: "read=*,uses=2" },
    { why: "separators in names are escaped", text: "read=a\\,b\\=c\\\\d", printed: "read=a\\,b\\=c\\\\d" },
    {
      why: "options stand in one order",
      text: "net=a.example,local=yes,uses=2,for=60s",
      printed: "net=a.example,for=1m,uses=2,local=yes",
    },
    {
      why: "methods are sorted and in capitals",
      text: "net=post+get a.example:443/v1/",
      printed: "net=GET+POST a.example:443/v1",
    },
    { why: "reading a data set goes without saying", text: "data=c.a:read", printed: "data=c.a" },
  ];
  test.each(same)("$why", ({ text, printed }) => {
    expect(parse(text).map(printGrant)).toEqual([printed]);
  });

  test("a flag can be pasted", () => {
    expect(printFlag(parse("read=./a\\,b,uses=2")[0] as Grant)).toBe("--allow-read=./a\\,b,uses=2");
  });
});

/** Names with everything that could be mistaken for grammar. */
const name = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."ab=,\\ .~*$u{é😀\"'%:;-_") });
const options: fc.Arbitrary<GrantOptions> = fc.record(
  {
    for: fc.integer({ min: 1, max: 10 ** 9 }),
    uses: fc.integer({ min: 1, max: 999_999_999 }),
    maxBytes: fc.integer({ min: 1, max: 10 ** 11 }),
    maxCalls: fc.integer({ min: 1, max: 999_999_999 }),
  },
  { requiredKeys: [] },
);
const word = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
const host = fc.constantFrom(
  "a.example",
  "*.a.example",
  "10.0.0.0/8",
  "[::1]",
  "127.0.0.1",
  "[2001:db8::]/32",
  "xn--bcher-kva.example",
);
const texts = fc.oneof(
  fc
    .tuple(fc.constantFrom("read", "write"), name)
    .map(([kind, written]) => ({ kind, scope: `./${written.replaceAll("$", "S")}` })),
  fc
    .tuple(
      fc.constantFrom("", "GET ", "GET+POST "),
      host,
      fc.constantFrom("", ":1", ":65535"),
      fc.constantFrom("", "/v1", "/a%20b/c"),
    )
    .map((parts) => ({ kind: "net", scope: parts.join("") })),
  fc
    .tuple(word, fc.array(word, { maxLength: 3 }), fc.constantFrom("", ":count", ":write"))
    .map(([set, fields, access]) => ({
      kind: "data",
      scope: set === "kv" ? "kv" : `${set}${fields.length ? `.${fields.join("+")}` : ""}${access}`,
    })),
  word.map((scope) => ({ kind: "env", scope })),
  word.map((scope) => ({ kind: "host", scope: `${scope}.*` })),
);
const escaped = (scope: string): string => scope.replace(/[\\,=]/g, (c) => `\\${c}`);

describe("printing and parsing", () => {
  test("give the same grant back, whatever its names hold", () => {
    fc.assert(
      fc.property(texts, options, ({ kind, scope }, asked) => {
        const [first] = parse(`${kind}=${escaped(scope)}`) as [Grant];
        const grant: Grant = { ...first, options: asked };
        expect(parse(printGrant(grant))).toEqual([grant]);
      }),
      { numRuns: 400 },
    );
  });

  test("one comma is never read as two grants or as an option", () => {
    fc.assert(
      fc.property(name, (written) => {
        const grants = parse(`read=${escaped(`./${written}`.replaceAll("$", "S"))}`);
        expect(grants).toHaveLength(1);
        expect(grants[0]?.options).toEqual({});
      }),
    );
  });

  test("no text at all makes the grammar throw anything but a complaint", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.constantFrom("read", "net", "data", "env", "host"),
        (text, kind) => {
          try {
            for (const grant of parse(`${kind}=${text}`)) expect(parse(printGrant(grant))).toEqual([grant]);
          } catch (error) {
            if (!isSbxError(error)) throw error;
            expect(error.code).toBe("E_USAGE");
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test("parsing scopes of a bare flag gives the whole kind", () => {
  expect(parseScopes("deny", "net", null, context)).toEqual([
    { effect: "deny", kind: "net", scope: null, options: {} },
  ]);
});
