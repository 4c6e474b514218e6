/** A person lets out what a closed sink keeps in: this request, or the destination until the run ends, and never more than was shown. */
import { describe, expect, test } from "vitest";
import { type Scripted, World, type WorldOptions } from "../../support/world.ts";

const base: WorldOptions = {
  grants: ["--allow-read=.", "--allow-write=.", "--allow-net=a.example", "--allow-net=b.example"],
  files: { "private/p": "P", "own/o": "O", plain: "L" },
  labels: { "read=./private": "personal", "read=./own": "own" },
  sites: {
    "a.example": { answer: { body: "" } },
    "r.example": { answer: { status: 302, location: "https://b.example/" } },
  },
};
const world = (answers: readonly Scripted[], more: WorldOptions = {}): World =>
  new World({ ...base, answers, ...more });

const post = (w: World, url: string, body: string): Promise<string> =>
  w.outcome(
    "net.fetch",
    { url, method: "POST", headers: [["x-tag", "t1"]], redirect: "follow", hasBody: true },
    { body },
  );

const connections = (w: World): string[] => w.trace.filter((line) => line.startsWith("connect "));

test("the question names the labels, what was read, where it goes, how much, and how it begins", async () => {
  const one = world(["no"]);
  await one.read("private/p");
  expect(await post(one, "https://a.example/in?q=1", "dear diary")).toBe("E_FLOW");
  expect(one.consent?.questions).toMatchObject([
    {
      plain: "send what is labelled personal to a.example:443/in",
      target: "a.example:443/in",
      choices: ["no", "once", "run"],
      canRemember: false,
      release: {
        labels: ["personal"],
        read: "it read /home/ana/project/private/p",
        content: "POST, 49 bytes: POST https://a.example/in?q=1\nx-tag: t1\ndear diary",
        lasting: "until the run ends: 1 MB at most, anywhere at net=a.example:443",
      },
    },
  ]);
  expect(connections(one)).toEqual([]);
  expect(one.sink.records.at(-1)).toMatchObject({ decision: "asked-no", rule: "flow", outcome: "E_FLOW" });
});

describe("a yes", () => {
  test("is for this request, and the next one is asked about again", async () => {
    const one = world(["once", "no"]);
    await one.read("private/p");
    expect(await post(one, "https://a.example/", "x")).toBe("ok");
    expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
    expect(connections(one)).toHaveLength(1);
    expect(one.sink.records.filter(({ op }) => op === "flow.released")).toMatchObject([
      {
        resource: expect.stringMatching(/a\.example/),
        outcome: "released personal (answer: this once)",
        labels: ["personal"],
      },
    ]);
  });

  test("until the run ends is for that destination and no other", async () => {
    const one = world(["run", "no", "no"]);
    await one.read("private/p");
    for (const _ of [1, 2, 3]) expect(await post(one, "https://a.example/", "x")).toBe("ok");
    expect(await post(one, "https://a.example:444/", "x")).toBe("E_FLOW");
    expect(await post(one, "https://b.example/", "x")).toBe("E_FLOW");
    expect(one.consent?.questions).toHaveLength(3);
  });

  test("until the run ends is for so many bytes as it said", async () => {
    const one = world(["run", "no"]);
    await one.read("private/p");
    const half = "x".repeat(524_000);
    expect(await post(one, "https://a.example/", "x")).toBe("ok");
    expect(await post(one, "https://a.example/", half)).toBe("ok");
    expect(await post(one, "https://a.example/", "x".repeat(600_000))).toBe("E_FLOW");
    expect(await post(one, "https://a.example/", half)).toBe("ok");
    expect(await post(one, "https://a.example/", "x".repeat(575))).toBe("ok");
    expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
  });

  test("is for the labels that it named: another one is another question", async () => {
    const one = world(["run", "no"]);
    await one.read("private/p");
    expect(await post(one, "https://a.example/", "x")).toBe("ok");
    await one.read("own/o");
    expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
    expect(one.consent?.questions.at(-1)?.release?.labels).toEqual(["own"]);
  });

  test("does not follow a redirect to another host", async () => {
    const one = world(["once", "no"], { grants: [...(base.grants ?? []), "--allow-net=r.example"] });
    await one.read("private/p");
    expect(await post(one, "https://r.example/", "x")).toBe("E_FLOW");
    expect(one.consent?.questions.map(({ target }) => target)).toEqual(["r.example:443", "b.example:443"]);
  });

  test("grants in the same question what was not granted", async () => {
    const one = world(["once", "no"], { grants: ["--allow-read=."] });
    await one.read("private/p");
    expect(await post(one, "https://a.example/", "x")).toBe("ok");
    expect(one.consent?.questions[0]?.plain).toBe(
      "be allowed to send what is labelled personal to a.example:443",
    );
    expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
    expect(one.consent?.questions).toHaveLength(2);
  });

  test("lets a file be written, too", async () => {
    const one = world(["once", "no"]);
    await one.read("private/p");
    expect(await one.write("out")).toBe("ok");
    expect(await one.write("out")).toBe("E_FLOW");
  });

  test("does not open what a deny closes", async () => {
    const one = world([], { grants: [...(base.grants ?? []), "--deny-net=a.example"] });
    await one.read("private/p");
    expect(await post(one, "https://a.example/", "x")).toBe("E_NET");
  });
});

test("two refusals of one end that question; three in a row end the asking", async () => {
  const one = world(["no", "no", "no"]);
  await one.read("private/p");
  for (const _ of [1, 2, 3]) expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
  expect(one.consent?.questions).toHaveLength(2);
  for (const host of ["b", "b"]) expect(await post(one, `https://${host}.example/`, "x")).toBe("E_FLOW");
  expect(one.consent?.questions).toHaveLength(3);
  expect(one.sink.records.at(-1)).toMatchObject({ decision: "suppressed", outcome: "E_FLOW" });
});

test("what cannot be shown is not let out", async () => {
  const one = world(["unshowable"]);
  await one.read("private/p");
  expect(await post(one, "https://a.example/", "x")).toBe("E_FLOW");
  expect(connections(one)).toEqual([]);
});

test("nothing is let out in advance: a permission is not asked for where its sink is closed", async () => {
  const one = world([], { grants: ["--allow-read=."] });
  await one.read("private/p");
  const asked = { name: "net", host: "a.example" };
  expect(await one.attempt("permissions.request", asked)).toEqual({ state: "prompt", partial: false });
  expect(await one.attempt("permissions.query", asked)).toEqual({ state: "prompt", partial: false });
  expect(one.consent?.questions).toEqual([]);
});

test("what goes on being sent under one answer is said to have no known length", async () => {
  const one = world(["no", "no"]);
  await one.read("private/p");
  await one.outcome("net.connectWebSocket", { url: "wss://a.example/", protocols: [], headers: [] });
  await one.outcome("fs.open", { path: "out", write: true });
  for (const { release } of one.consent?.questions ?? [])
    expect(release?.content).toMatch(/a stream of unknown length: /);
  expect(one.consent?.questions).toHaveLength(2);
});

test("asking whether a sink is closed is no part of the run's lineage", async () => {
  const one = world([]);
  await one.read("private/p");
  await one.attempt("permissions.query", { name: "net", host: "a.example" });
  expect(one.flow.lineage.passages).toEqual([]);
});
