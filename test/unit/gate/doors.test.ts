/** Flags, policy files, consent answers, remembered answers and the printer speak one grammar. */
import { describe, expect, test } from "vitest";
import { parseRun } from "../../../cli/flags.ts";
import { type Grant, parseGrant, parseScopes, printGrant } from "../../../runtime/core/grant.ts";
import { parsePolicy } from "../../../runtime/gate/policyFile.ts";
import { context, World } from "../../support/world.ts";

const grants: readonly { why: string; text: string }[] = [
  { why: "a folder", text: "read=/srv/docs" },
  { why: "a name with every separator", text: "write=/srv/a\\,b\\=c\\\\d" },
  {
    why: "all options of a file grant",
    text: "read=/srv/docs,for=10m,uses=3,maxBytes=10mb,maxCalls=7,ops=readFile+stat",
  },
  { why: "a host with method, port and path", text: "net=GET+POST api.example.com:8443/v1" },
  { why: "a private host", text: "net=intranet.example,local=yes" },
  { why: "a block of addresses", text: "net=[2001:db8::]/32" },
  { why: "every depth below a domain", text: "net=*.example.com" },
  { why: "fields of a data set", text: "data=contacts.name+birthday" },
  { why: "the own store", text: "data=kv" },
  { why: "a prefix of variables", text: "env=LC_*" },
  { why: "a group of functions", text: "host=math.*" },
  { why: "a whole kind", text: "env" },
];

const flagDoor = (text: string): Grant[] => {
  const { grants: raw } = parseRun([`--allow-${text}`, "script.ts"]);
  return raw.flatMap(({ effect, kind, text: scopes }) => parseScopes(effect, kind, scopes, context));
};
const policyDoor = (text: string): Grant[] =>
  parsePolicy(JSON.stringify({ version: 1, allow: [text] }), "policy.json", context).allow.map(
    ({ grant }) => grant,
  );
/** What `sbx grants` keeps is the printed text with absolute scopes. */
const memoryDoor = (text: string): Grant[] =>
  parseGrant(text, context).flatMap((grant) => parseGrant(printGrant(grant), context));

describe("every front door reads and prints alike:", () => {
  test.each(grants)("$why", ({ text }) => {
    for (const door of [flagDoor, policyDoor, memoryDoor]) {
      const read = door(text);
      expect(read).toEqual(parseGrant(text, context));
      expect(read.map(printGrant)).toEqual([text]);
    }
  });
});

const asked: readonly { why: string; need: (world: World) => Promise<unknown>; scopes: string[] }[] = [
  {
    why: "a file, or its folder",
    need: (world) => world.read("/srv/a,b/c=d"),
    scopes: ["read=/srv/a\\,b/c\\=d", "read=/srv/a\\,b"],
  },
  {
    why: "a host and port, or the host",
    need: (world) => world.fetch("http://a.example:8080/x"),
    scopes: ["net=a.example:8080", "net=a.example"],
  },
  { why: "a variable", need: (world) => world.attempt("env.get", { name: "A" }), scopes: ["env=A"] },
  { why: "the own store", need: (world) => world.attempt("data.get", { key: "k" }), scopes: ["data=kv"] },
];
describe("what a consent answer grants is what the question printed:", () => {
  test.each(asked)("$why", async ({ need, scopes }) => {
    for (const [index, text] of scopes.entries()) {
      const world = new World({
        answers: [{ choice: "always", scope: index }],
        files: { "/srv/a,b/c=d": "x" },
        env: { A: "1" },
      });
      await need(world);
      expect(world.consent?.questions[0]?.scopes.map(({ grant }) => grant)).toEqual(scopes);
      const [rule] = world.policy.rules;
      expect(rule && printGrant(rule.grant)).toBe(text);
      expect(world.remembered.map(({ grant, effect }) => [effect, printGrant(grant)])).toEqual([
        ["allow", text],
      ]);
      const again = new World({ files: { "/srv/a,b/c=d": "x" }, env: { A: "1" } });
      for (const grant of parseGrant(text, context)) again.policy.add(grant, "remembered", again.clock.now());
      expect(String(await need(again))).not.toMatch(/^E_/);
    }
  });
});
