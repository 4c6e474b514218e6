/** A policy file's text to rules, and what is said when it is wrong. */
import { describe, expect, test } from "vitest";
import { printGrant } from "../../../runtime/core/grant.ts";
import { parsePolicy } from "../../../runtime/gate/policyFile.ts";
import { context } from "../../support/world.ts";

describe("a policy file", () => {
  const read = (text: string) => parsePolicy(text, "policy.json", context);
  const wrong: readonly { why: string; text: string; says: string }[] = [
    { why: "that is no JSON", text: "{", says: "policy.json:1:2" },
    { why: "that is a list", text: "[]", says: "JSON object" },
    { why: "without a version", text: "{}", says: '"version" must be 1' },
    { why: "of another version", text: '{"version": 2}', says: 'policy.json:1:13: "version" must be 1' },
    {
      why: "with an unknown key",
      text: '{"version": 1,\n "alow": []}',
      says: 'policy.json:2:2: unknown key "alow"',
    },
    {
      why: "with a key twice",
      text: '{"version": 1, "deny": [], "deny": ["read"]}',
      says: '"deny" stands twice',
    },
    {
      why: "with monitors, which this version does not have",
      text: '{"version": 1, "monitor": {"newHost": "ask"}}',
      says: 'policy.json:1:28: this version has no monitor "newHost"',
    },
    {
      why: "with a key that is nearly one",
      text: '{"version": 1, "alllow": []}',
      says: 'did you mean "allow"?',
    },
    {
      why: "with a condition that is none",
      text: '{"version": 1, "when": [{"deny": []}]}',
      says: "names no condition",
    },
    {
      why: "with an unknown condition",
      text: '{"version": 1, "when": [{"usr": "ann", "user": "ann"}]}',
      says: 'unknown key "usr" (did you mean "user"?)',
    },
    {
      why: "with a user that is no text",
      text: '{"version": 1, "when": [{"user": [7]}]}',
      says: '"user" is a name, or a list',
    },
    {
      why: "with a plugin that has no id",
      text: '{"version": 1, "plugins": {"": {}}}',
      says: "a plugin's id",
    },
    {
      why: "with a plugin's hash that is none",
      text: '{"version": 1, "plugins": {"a.b": {"content": "sha256-x"}}}',
      says: "in hex or base64",
    },
    {
      why: "with a trust that is none",
      text: '{"version": 1, "trust": {"requireSignature": "yes"}}',
      says: '"requireSignature" is true or false',
    },
    {
      why: "with a threshold that is none",
      text: '{"version": 1, "trust": {"threshold": 0}}',
      says: '"threshold" is a whole number',
    },
    {
      why: "with a wrong grant under a condition",
      text: '{"version": 1, "when": [{"user": "ann", "deny": ["reed"]}]}',
      says: "policy.json:1:50",
    },
    {
      why: "with a clearance that names no label",
      text: '{"version": 1, "clear": {"stdout": {"release": true}}}',
      says: '"labels" is missing',
    },
    {
      why: "with a comment that does not end",
      text: '{"version": 1, /* deny',
      says: 'a comment has no "*/"',
    },
    {
      why: "with a list that is none",
      text: '{"version": 1, "deny": "read"}',
      says: '"deny" is a list of grants',
    },
    { why: "with a grant that is none", text: '{"version": 1, "deny": [7]}', says: "a grant is a text" },
    {
      why: "with a wrong grant",
      text: '{"version": 1, "allow": ["read=./a", "reed=./b"]}',
      says: "policy.json:1:38",
    },
    {
      why: "with a deny that expires",
      text: '{"version": 1, "deny": ["read=./a,for=1h"]}',
      says: "only ops= can narrow a deny",
    },
    {
      why: "with an unknown limit",
      text: '{"version": 1, "limits": {"heap": "1mb"}}',
      says: '"heap" is no limit',
    },
    {
      why: "with a limit that has no unit",
      text: '{"version": 1, "limits": {"memory": 64}}',
      says: "number and a unit",
    },
    {
      why: "with a count that is none",
      text: '{"version": 1, "limits": {"handles": "many"}}',
      says: "whole number",
    },
    {
      why: "with a wrong label",
      text: '{"version": 1, "labels": {"read=./a": "Mine"}}',
      says: "cannot be a label",
    },
  ];
  test.each(wrong)("$why is refused, with its place", ({ text, says }) => {
    expect(() => read(text)).toThrow(says);
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "E_POLICY" }));
  });

  test("may hold comments and a comma at the end", () => {
    const rules = read('{ // ours\n "version": 1, /* more */ "deny": ["read=./a",], }');
    expect(rules.deny.map(({ grant, at }) => [printGrant(grant), at])).toEqual([
      ["read=./a", "policy.json:2:36"],
    ]);
  });

  test("keeps no ceiling and no clearance apart from empty ones", () => {
    expect([read('{"version": 1}').ceiling, read('{"version": 1, "ceiling": []}').ceiling]).toEqual([
      null,
      [],
    ]);
    expect([read('{"version": 1}').clear, read('{"version": 1, "clear": {}}').clear]).toEqual([null, []]);
  });

  test("labels sources, clears sinks and streams, and sets limits", () => {
    const rules = read(
      '{"version": 1, "labels": {"env=TOKEN_*": "secret"}, "clear": {"net=b.example": ["personal", "secret"], "stdout": ["secret"]}, "limits": {"memory": "64mb", "cpu": "2s", "handles": 8}}',
    );
    expect(rules.labels.map(({ source, label }) => [printGrant(source), label])).toEqual([
      ["env=TOKEN_*", "secret"],
    ]);
    expect(
      rules.clear?.map(({ sink, labels }) => [typeof sink === "string" ? sink : printGrant(sink), labels]),
    ).toEqual([
      ["net=b.example", ["personal", "secret"]],
      ["stdout", ["secret"]],
    ]);
    expect(rules.limits).toEqual({ memory: 64 * 1024 ** 2, cpu: 2000, handles: 8 });
  });

  test("tells everything that is wrong at once, each with its line and a mark below it", () => {
    const text =
      '{ "version": 1,\n  "alow": [],\n  "deny": ["read=./a", "reed=./b"],\n  "limits": { "memory": 7 }\n}';
    try {
      read(text);
      expect.unreachable();
    } catch (error) {
      const { message, details } = error as { message: string; details: { lines: string[] } };
      expect([message, ...details.lines]).toEqual([
        'policy.json:2:3: unknown key "alow" (did you mean "allow"?)',
        '2 |   "alow": [],',
        "  |   ^^^^^^",
        expect.stringContaining('policy.json:3:24: "reed=./b": a grant begins with'),
        '3 |   "deny": ["read=./a", "reed=./b"],',
        "  |                        ^^^^^^^^^^",
        expect.stringContaining("policy.json:4:25:"),
        '4 |   "limits": { "memory": 7 }',
        "  |                         ^",
      ]);
    }
  });

  test("that is wrong all over tells of its beginning", () => {
    const text = JSON.stringify({ version: 1, deny: Array.from({ length: 50 }, () => "reed") });
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ lines: expect.arrayContaining(["and 30 more"]) }),
      }),
    );
  });

  test("knows plugins, conditions, trust, and editors' $schema", () => {
    const file = read(`{ "$schema": "policy.schema.json", "version": 1,
      "plugins": { "com.example.sync": { "publisher": "K1", "content": "sha256-${"A".repeat(64)}", "allow": ["net=sync.example"], "clear": { "net=sync.example": "personal" } } },
      "when": [{ "session": "kiosk", "user": ["ann", "bob"], "deny": ["write=*"], "limits": { "memory": "32mb" } }],
      "trust": { "requireSignature": true, "threshold": 2, "keys": ["K1", "K2"] } }`);
    expect(file.plugins).toMatchObject([
      {
        id: "com.example.sync",
        publisher: "K1",
        content: `sha256-${"a".repeat(64)}`,
        at: "policy.json:2:20",
      },
    ]);
    expect(file.when).toMatchObject([
      { session: ["kiosk"], user: ["ann", "bob"], host: null, rules: { limits: { memory: 32 * 1024 ** 2 } } },
    ]);
    expect(file.trust).toEqual({
      signature: "policy.json:4:38",
      review: null,
      threshold: 2,
      keys: ["K1", "K2"],
    });
  });

  test("may let what was written to a sink be read without a label", () => {
    const [plain, released] =
      read(
        '{"version": 1, "clear": {"write=/a": ["personal"], "write=/b": {"labels": "personal", "release": true}}}',
      ).clear ?? [];
    expect([plain?.release, released?.release, released?.labels]).toEqual([undefined, true, ["personal"]]);
  });
});
