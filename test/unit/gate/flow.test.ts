import { describe, expect, test } from "vitest";
import type { SbxError } from "../../../runtime/core/errors.ts";
import { isSink, isSource } from "../../../runtime/gate/flow.ts";
import type { Operation } from "../../../runtime/op.ts";
import { defineOp, need, s } from "../../../runtime/op.ts";
import { World, type WorldOptions } from "../../support/world.ts";

const request = { url: "https://a.example/", method: "GET", headers: [], redirect: "follow", hasBody: false };

const base: WorldOptions = {
  grants: [
    "--allow-read=.",
    "--allow-write=.",
    "--allow-net=a.example",
    "--allow-net=b.example",
    "--allow-data=kv",
    "--allow-env",
  ],
  files: {
    "private/p": "P",
    "private/big": "x".repeat(5),
    plain: "L",
    ".env": "K=1",
    link: { link: "private/p" },
  },
  env: { A_TOKEN: "t", LANG: "C" },
  labels: { "read=./private": "personal", "env=A_*": "secret" },
};
const world = (more: WorldOptions = {}): World => new World({ ...base, ...more });

const rows: readonly {
  why: string;
  options?: WorldOptions;
  use: (world: World) => Promise<unknown[]>;
  gives: unknown[];
  labels: string[];
}[] = [
  {
    why: "an unlabelled read leaves every sink open",
    use: async (w) => [await w.read("plain"), await w.fetch("https://a.example/")],
    gives: ["L", 200],
    labels: [],
  },
  {
    why: "a labelled read closes the network",
    use: async (w) => [await w.read("private/p"), await w.fetch("https://a.example/")],
    gives: ["P", "E_FLOW"],
    labels: ["personal"],
  },
  {
    why: "a labelled read closes files",
    use: async (w) => [await w.read("private/p"), await w.write("out")],
    gives: ["P", "E_FLOW"],
    labels: ["personal"],
  },
  {
    why: "a labelled read closes the store for nothing: what is kept from now on keeps the label",
    use: async (w) => [
      await w.read("private/p"),
      await w.attempt("data.apply", { changes: [{ op: "set", key: "k", value: "1" }] }),
      await w.attempt("data.get", { key: "k" }),
    ],
    gives: ["P", true, "1"],
    labels: ["personal"],
  },
  {
    why: "a link carries the label of what it leads to",
    use: async (w) => [await w.read("link")],
    gives: ["P"],
    labels: ["personal"],
  },
  {
    why: "a variable carries its label",
    use: async (w) => [await w.attempt("env.get", { name: "A_TOKEN" })],
    gives: ["t"],
    labels: ["secret"],
  },
  {
    why: "a variable beside it carries none",
    use: async (w) => [await w.attempt("env.get", { name: "LANG" })],
    gives: ["C"],
    labels: [],
  },
  {
    why: "the listing of variables carries all their labels",
    use: async (w) => [Object.keys((await w.attempt("env.toObject")) as object)],
    gives: [["A_TOKEN", "LANG"]],
    labels: ["secret"],
  },
  {
    why: "a well-known secret raises secret, whatever the policy says",
    options: { grants: [...(base.grants ?? []), "--allow-read=./.env"] },
    use: async (w) => [await w.read(".env"), await w.fetch("https://a.example/")],
    gives: ["K=1", "E_FLOW"],
    labels: ["secret"],
  },
  {
    why: "a refused read leaves the labels unchanged",
    options: { grants: [] },
    use: async (w) => [await w.read("private/p")],
    gives: ["E_READ"],
    labels: [],
  },
  {
    why: "an ignored read leaves the labels unchanged",
    options: { grants: ["--ignore-read=./private"] },
    use: async (w) => [await w.read("private/p")],
    gives: ["E_NOT_FOUND"],
    labels: [],
  },
  {
    why: "a hidden variable leaves the labels unchanged",
    options: { grants: ["--ignore-env=A_*"] },
    use: async (w) => [await w.attempt("env.get", { name: "A_TOKEN" })],
    gives: [null],
    labels: [],
  },
  {
    why: "a failed read has touched its source",
    use: async (w) => [await w.read("private/none")],
    gives: ["E_NOT_FOUND"],
    labels: ["personal"],
  },
  {
    why: "asking whether something exists is a read",
    use: async (w) => [await w.attempt("fs.exists", { path: "private/p" })],
    gives: [true],
    labels: ["personal"],
  },
  {
    why: "listing a folder carries the folder's label, not its children's",
    use: async (w) => [await w.outcome("fs.readDir", { path: "." })],
    gives: ["ok"],
    labels: [],
  },
  {
    why: "a copy from labelled to unlabelled is refused, and leaves the labels unchanged",
    use: async (w) => [await w.outcome("fs.copyFile", { from: "private/p", to: "out" }), w.tree.text("out")],
    gives: ["E_FLOW", undefined],
    labels: [],
  },
  {
    why: "a move from labelled to unlabelled is a flow",
    use: async (w) => [
      await w.outcome("fs.rename", { from: "private/p", to: "out" }),
      w.tree.text("private/p"),
    ],
    gives: ["E_FLOW", "P"],
    labels: [],
  },
  {
    why: "a copy through a link is the same flow",
    use: async (w) => [await w.outcome("fs.copyFile", { from: "link", to: "out" })],
    gives: ["E_FLOW"],
    labels: [],
  },
  {
    why: "a copy of something unlabelled goes on",
    use: async (w) => [await w.outcome("fs.copyFile", { from: "plain", to: "out" }), w.tree.text("out")],
    gives: ["ok", "L"],
    labels: [],
  },
  {
    why: "a clearance opens its sink only",
    options: { clear: { "net=a.example": ["personal"] } },
    use: async (w) => [
      await w.read("private/p"),
      await w.fetch("https://a.example/"),
      await w.fetch("https://b.example/"),
      await w.write("out"),
    ],
    gives: ["P", 200, "E_FLOW", "E_FLOW"],
    labels: ["personal"],
  },
  {
    why: "a clearance for one label does not open for another",
    options: { clear: { "net=a.example": ["personal"] } },
    use: async (w) => [
      await w.read("private/p"),
      await w.attempt("env.get", { name: "A_TOKEN" }),
      await w.fetch("https://a.example/"),
    ],
    gives: ["P", "t", "E_FLOW"],
    labels: ["personal", "secret"],
  },
  {
    why: "clearances of one sink add up",
    options: { clear: { "net=a.example": ["personal"], "net=*.example": ["secret"] } },
    use: async (w) => [
      await w.read("private/p"),
      await w.attempt("env.get", { name: "A_TOKEN" }),
      await w.fetch("https://a.example/"),
    ],
    gives: ["P", "t", 200],
    labels: ["personal", "secret"],
  },
  {
    why: "a cleared folder takes a labelled copy",
    options: { clear: { "write=./backup": ["personal"] } },
    use: async (w) => [
      await w.outcome("fs.copyFile", { from: "private/p", to: "backup/p" }),
      w.tree.text("backup/p"),
    ],
    gives: ["ok", "P"],
    labels: ["personal"],
  },
  {
    why: "what stands in a cleared folder is labelled when it is read",
    options: { clear: { "write=./backup": ["personal"] }, files: { "backup/p": "P" } },
    use: async (w) => [
      await w.read("backup/p"),
      await w.fetch("https://a.example/"),
      await w.write("backup/q"),
    ],
    gives: ["P", "E_FLOW", "ok"],
    labels: ["personal"],
  },
  {
    why: "and what stands beside it is not",
    options: { clear: { "write=./backup": ["personal"] }, files: { plain: "L" } },
    use: async (w) => [await w.read("plain"), await w.fetch("https://a.example/")],
    gives: ["L", 200],
    labels: [],
  },
  {
    why: "strict flow labels every local read",
    options: { strict: true },
    use: async (w) => [await w.read("plain"), await w.fetch("https://a.example/")],
    gives: ["L", "E_FLOW"],
    labels: ["local"],
  },
  {
    why: "a redirect of a labelled run ends at the host that is not cleared",
    options: {
      clear: { "net=a.example": ["personal"] },
      sites: { "a.example": { answer: { status: 302, location: "https://b.example/" } } },
    },
    use: async (w) => [
      await w.read("private/p"),
      await w.fetch("https://a.example/"),
      w.trace.filter((line) => line.startsWith("connect")),
    ],
    gives: ["P", "E_FLOW", ["connect a.example:443"]],
    labels: ["personal"],
  },
];
describe("flow:", () => {
  test.each(rows)("$why", async ({ options, use, gives, labels }) => {
    const one = world(options);
    expect(await use(one)).toEqual(gives);
    expect([...one.flow.labels].sort()).toEqual(labels);
  });
});

test("labels are raised before the source is touched", async () => {
  const one = world();
  await one.read("private/p");
  expect(one.trace.map((line) => line.replace("/home/ana/project/", ""))).toEqual([
    "audit label raised personal",
    "audit fs.readFile allowed started",
    "open read private/p",
    "read private/p",
    "audit fs.readFile ok",
    "release read private/p",
  ]);
  expect(one.sink.records.map(({ labels }) => labels)).toEqual([["personal"], ["personal"], ["personal"]]);
});

test("a refusal names the label, what raised it, and a remedy in the words of its reader", async () => {
  const one = world();
  await one.read("private/p");
  const error = await one.refusal("fs.writeFile", { path: "./out" }, { body: "x" });
  expect(error.toGuest()).toMatchObject({
    name: "FlowDenied",
    code: "E_FLOW",
    kind: "write",
    resource: "./out",
    remedy: "--clear=write=./out:personal",
  });
  expect(JSON.stringify(error.toGuest())).not.toContain("/home/ana");
  expect(error.details.person).toMatchObject({
    resolved: "/home/ana/project/out",
    remedy: "--clear=write=/home/ana/project/out:personal",
    why: "personal was raised by reading /home/ana/project/private/p",
  });
  expect(one.sink.records.at(-1)).toMatchObject({ decision: "denied", rule: "flow", outcome: "E_FLOW" });
});

const remedies: readonly {
  why: string;
  use: (world: World) => Promise<unknown>;
  refused: (world: World) => Promise<unknown>;
  remedy: string;
}[] = [
  {
    why: "a file whose name holds separators",
    use: (w) => w.read("private/p"),
    refused: (w) => w.refusal("fs.writeFile", { path: "a,b=c" }, { body: "x" }),
    remedy: "--clear=write=/home/ana/project/a\\,b\\=c:personal",
  },
  {
    why: "a host, for several labels",
    use: async (w) => [await w.read("private/p"), await w.attempt("env.get", { name: "A_TOKEN" })],
    refused: (w) => w.refusal("net.fetch", request),
    remedy: "--clear=net=a.example:443:personal --clear=net=a.example:443:secret",
  },
];
describe("the remedy, pasted back, opens", () => {
  test.each(remedies)("$why", async ({ use, refused, remedy }) => {
    const one = world();
    await use(one);
    const error = (await refused(one)) as SbxError;
    expect(error.details.person?.remedy).toBe(remedy);
    const clear: Record<string, string[]> = {};
    for (const flag of remedy.split(" ")) {
      const [, sink = "", label = ""] = /^--clear=(.*):([a-z]+)$/.exec(flag) ?? [];
      clear[sink] = [...(clear[sink] ?? []), label];
    }
    const again = world({ clear });
    await use(again);
    await expect(refused(again)).rejects.toThrow("was not refused");
  });

  test("a host at a private address that was granted", async () => {
    const one = world({
      grants: ["--allow-read=.", "--allow-net=a.example,local=yes"],
      sites: { "a.example": { address: "10.0.0.7" } },
      clear: { "net=a.example": ["personal"] },
    });
    await one.read("private/p");
    expect(await one.fetch("https://a.example/")).toBe(200);
  });
});

test("a closed sink is settled first: where nobody can be asked, nothing but the label counts", async () => {
  const one = world({ grants: ["--allow-read=."] });
  await one.read("private/p");
  expect(await one.fetch("https://new.example/")).toBe("E_FLOW");
});

test("a question that waits while its sink is closed is not asked any more", async () => {
  let answer = (): void => undefined;
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const one = world({
    grants: ["--allow-read=."],
    answers: [() => waits.then(() => ({ choice: "no" as const }))],
  });
  const first = one.fetch("https://first.example/");
  const second = one.fetch("https://second.example/");
  await new Promise((resolve) => setImmediate(resolve));
  await one.read("private/p");
  answer();
  expect([await first, await second]).toEqual(["E_NET", "E_FLOW"]);
  expect(one.consent?.questions).toHaveLength(1);
  expect(one.trace.filter((line) => line.startsWith("open net"))).toEqual([]);
});

test("a yes to a question whose sink was closed meanwhile opens nothing", async () => {
  let answer = (): void => undefined;
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const one = world({
    grants: ["--allow-read=."],
    answers: [() => waits.then(() => ({ choice: "run" as const }))],
  });
  const sent = one.fetch("https://first.example/");
  await new Promise((resolve) => setImmediate(resolve));
  await one.read("private/p");
  answer();
  expect(await sent).toBe("E_FLOW");
  expect(one.trace.filter((line) => line.startsWith("open net"))).toEqual([]);
  expect(one.audit.filter((line) => line.startsWith("net.fetch"))).toEqual([
    "net.fetch | first.example:443 | denied | E_FLOW",
  ]);
});

describe("raising while something is under way", () => {
  const upload = async (
    one: World,
  ): Promise<{ handle: number; sent: Promise<unknown>; write: (text: string) => Promise<string> }> => {
    const { handle } = (await one.attempt("net.openBody")) as { handle: number };
    const args = {
      url: "https://a.example/",
      method: "POST",
      headers: [],
      redirect: "follow",
      hasBody: true,
      bodyHandle: handle,
    };
    const sent = one.attempt("net.fetch", args);
    return { handle, sent, write: (text) => one.outcome("net.writeBody", { handle }, { body: text }) };
  };

  test("cancels an upload before its next byte", async () => {
    const one = world();
    const { sent, write } = await upload(one);
    expect(await write("one")).toBe("ok");
    await one.read("private/p");
    void write("two").catch(() => undefined);
    expect(await sent).toBe("E_FLOW");
    expect(one.trace.filter((line) => line.startsWith("sent"))).toEqual(["sent 3"]);
  });

  test("leaves an upload alone that is cleared", async () => {
    const one = world({ clear: { "net=a.example": ["personal"] } });
    const { handle, sent, write } = await upload(one);
    await write("one");
    await one.read("private/p");
    expect(await write("two")).toBe("ok");
    await one.outcome("net.endBody", { handle });
    expect(await sent).toMatchObject({ status: 200 });
    expect(one.trace.filter((line) => line.startsWith("sent"))).toEqual(["sent 3", "sent 3"]);
  });

  test("ends a file that is open for writing, and not one that is open for reading", async () => {
    const one = world();
    const out = await one.attempt("fs.open", { path: "out", write: true, create: true });
    const into = await one.attempt("fs.open", { path: "plain" });
    expect(await one.outcome("fs.fileWrite", { handle: out }, { body: "1" })).toBe("ok");
    await one.read("private/p");
    expect(await one.outcome("fs.fileWrite", { handle: out }, { body: "2" })).toBe("E_FLOW");
    expect(await one.outcome("fs.fileRead", { handle: into, size: 1 })).toBe("ok");
    expect(one.tree.text("out")).toBe("1");
  });

  test("ends a response that is still being read from a host that is closed now", async () => {
    const one = world({ sites: { "a.example": { answer: { body: "0123456789" } } } });
    const { body } = (await one.attempt("net.fetch", {
      url: "https://a.example/",
      method: "GET",
      headers: [],
      redirect: "follow",
      hasBody: false,
    })) as { body: number };
    expect(await one.outcome("net.readBody", { handle: body, max: 4 })).toBe("ok");
    await one.read("private/p");
    expect(await one.outcome("net.readBody", { handle: body, max: 4 })).toBe("E_FLOW");
  });

  test("a read that is slow has raised already when another operation wants to send", async () => {
    const one = world();
    const release = one.tree.hold("private/p");
    const slow = one.read("private/p");
    await new Promise((resolve) => setImmediate(resolve));
    expect(await one.fetch("https://a.example/")).toBe("E_FLOW");
    release();
    expect(await slow).toBe("P");
  });
});

const streams: readonly {
  why: string;
  options: WorldOptions;
  read: string[];
  open: Record<string, boolean>;
}[] = [
  {
    why: "everything is open to an unlabelled run",
    options: {},
    read: [],
    open: { stdout: true, stderr: true, events: true, exit: true },
  },
  {
    why: "a pipe takes personal",
    options: {},
    read: ["private/p"],
    open: { stdout: true, stderr: true, events: false, exit: true },
  },
  {
    why: "a pipe does not take secret",
    options: {},
    read: ["$A_TOKEN"],
    open: { stdout: false, stderr: false, events: false, exit: false },
  },
  {
    why: "the person's own terminal takes everything, the exit code with it",
    options: { terminal: true },
    read: ["$A_TOKEN"],
    open: { stdout: true, stderr: true, events: false, exit: true },
  },
  {
    why: "a clearance of stdout is one of the exit code too",
    options: { clear: { stdout: ["secret"] } },
    read: ["$A_TOKEN"],
    open: { stdout: true, stderr: false, events: false, exit: true },
  },
  {
    why: "a clearance of the exit code is one of nothing else",
    options: { clear: { exit: ["secret"] } },
    read: ["$A_TOKEN"],
    open: { stdout: false, stderr: false, events: false, exit: true },
  },
  {
    why: "events can be cleared",
    options: { clear: { events: ["personal"] } },
    read: ["private/p"],
    open: { stdout: true, stderr: true, events: true, exit: true },
  },
];
describe("streams:", () => {
  test.each(streams)("$why", async ({ options, read, open }) => {
    const one = world(options);
    for (const source of read)
      await (source.startsWith("$") ? one.attempt("env.get", { name: source.slice(1) }) : one.read(source));
    const found = Object.fromEntries(
      (["stdout", "stderr", "events", "exit"] as const).map((name) => [name, one.flow.streamOpen(name)]),
    );
    expect(found).toEqual(open);
  });
});

test("an operation that reads and sends at once is judged as one", async () => {
  const both = defineOp({
    summary: "Reads and sends.",
    args: { path: s.path() },
    result: s.nothing(),
    needs: ({ path }) => ({ site: need.net("https://a.example/", "GET"), file: need.read(path) }),
    run: async (_, { file }) => {
      await file.bytes(100);
      return null;
    },
    examples: [],
  }) as unknown as Operation;
  const one = world();
  expect(await one.outcome("test.both", { path: "plain" }, { operation: both })).toBe("ok");
  expect(await one.outcome("test.both", { path: "private/p" }, { operation: both })).toBe("E_FLOW");
  expect([...one.flow.labels]).toEqual([]);
});

test("what is a source and what is a sink", () => {
  const net = {
    kind: "net",
    words: "",
    scheme: "https",
    host: "a.example",
    port: 443,
    path: "/",
    method: "GET",
  } as const;
  const kv = (access: "read" | "write") => ({ kind: "data", dataset: "kv", access, words: "kv" }) as const;
  const env = { kind: "env", name: "A", words: "A" } as const;
  expect([net, kv("read"), kv("write"), env].map((target) => [isSource(target), isSink(target)])).toEqual([
    [true, true],
    [true, false],
    [true, true],
    [true, false],
  ]);
});

test("what is kept keeps the labels that the store is not cleared for", async () => {
  const keeps = async (clear: Record<string, string[]>): Promise<readonly string[]> => {
    const one = world({ clear });
    expect(one.flow.keeps).toEqual([]);
    await one.read("private/p");
    await one.attempt("env.get", { name: "A_TOKEN" });
    return one.flow.keeps;
  };
  expect(await keeps({})).toEqual(["personal", "secret"]);
  expect(await keeps({ kv: ["personal"] })).toEqual(["secret"]);
});
