import { describe, expect, test } from "vitest";
import type { Answer, Question } from "../../../runtime/gate/consent.ts";
import { type Scripted, World } from "../../support/world.ts";

const files = { a: "A", b: "B", c: "C", d: "D", e: "E", "sub/x": "X", "sub/y": "Y" };
const asked = (world: World): string[] =>
  world.consent?.questions.map(({ target }) => target.replace("/home/ana/project/", "")) ?? [];

const answers: readonly {
  why: string;
  answers: Scripted[];
  use: (world: World) => Promise<unknown[]>;
  gives: unknown[];
  asked: string[];
}[] = [
  {
    why: "no refuses",
    answers: ["no"],
    use: async (w) => [await w.read("a")],
    gives: ["E_READ"],
    asked: ["a"],
  },
  {
    why: "this once is one operation",
    answers: ["once", "no"],
    use: async (w) => [await w.read("a"), await w.read("a")],
    gives: ["A", "E_READ"],
    asked: ["a", "a"],
  },
  {
    why: "this once lasts while what it opened is open",
    answers: ["once"],
    use: async (w) => {
      const handle = await w.attempt("fs.open", { path: "a" });
      return [
        await w.outcome("fs.fileRead", { handle, size: 1 }),
        await w.outcome("fs.fileRead", { handle, size: 1 }),
      ];
    },
    gives: ["ok", "ok"],
    asked: ["a"],
  },
  {
    why: "until the run ends",
    answers: ["run"],
    use: async (w) => [await w.read("a"), await w.read("a")],
    gives: ["A", "A"],
    asked: ["a"],
  },
  {
    why: "one hour is one hour",
    answers: ["hour", "no"],
    use: async (w) => {
      const first = await w.read("a");
      w.clock.turn(3_599_999);
      const last = await w.read("a");
      w.clock.turn(1);
      return [first, last, await w.read("a")];
    },
    gives: ["A", "A", "E_EXPIRED"],
    asked: ["a", "a"],
  },
  {
    why: "a wider scope covers the neighbour",
    answers: [{ choice: "run", scope: 1 }],
    use: async (w) => [await w.read("sub/x"), await w.read("sub/y")],
    gives: ["X", "Y"],
    asked: ["sub/x"],
  },
  {
    why: "a scope that was not offered is the narrowest",
    answers: [{ choice: "run", scope: 7 }, "no"],
    use: async (w) => [await w.read("sub/x"), await w.read("sub/y")],
    gives: ["X", "E_READ"],
    asked: ["sub/x", "sub/y"],
  },
  {
    why: "never ends the question at once, and beats a later yes to the folder",
    answers: ["never", { choice: "run", scope: 1 }],
    use: async (w) => [
      await w.read("sub/x"),
      await w.read("sub/x"),
      await w.read("sub/y"),
      await w.read("sub/x"),
    ],
    gives: ["E_READ", "E_READ", "Y", "E_READ"],
    asked: ["sub/x", "sub/y"],
  },
  {
    why: "two No to one question end that question, and only that one",
    answers: ["no", "run", "no", "run"],
    use: async (w) => [
      await w.read("a"),
      await w.read("b"),
      await w.read("a"),
      await w.read("a"),
      await w.read("c"),
    ],
    gives: ["E_READ", "B", "E_READ", "E_READ", "C"],
    asked: ["a", "b", "a", "c"],
  },
  {
    why: "three refusals in a row end the asking",
    answers: ["no", "no", "no"],
    use: async (w) => [await w.read("a"), await w.read("b"), await w.read("c"), await w.read("d")],
    gives: ["E_READ", "E_READ", "E_READ", "E_READ"],
    asked: ["a", "b", "c"],
  },
  {
    why: "a yes in between starts the count again",
    answers: ["no", "no", "run", "no", "no"],
    use: async (w) => [
      await w.read("a"),
      await w.read("b"),
      await w.read("c"),
      await w.read("d"),
      await w.read("e"),
    ],
    gives: ["E_READ", "E_READ", "C", "E_READ", "E_READ"],
    asked: ["a", "b", "c", "d", "e"],
  },
  {
    why: "what cannot be shown honestly is denied",
    answers: ["unshowable"],
    use: async (w) => [await w.read("a")],
    gives: ["E_READ"],
    asked: ["a"],
  },
  {
    why: "stopping refuses and stops",
    answers: ["stop"],
    use: async (w) => [await w.read("a"), w.stopped],
    gives: ["E_READ", true],
    asked: ["a"],
  },
  {
    why: "a deny is never asked about",
    answers: [],
    use: async (w) => {
      w.policy.add({ effect: "deny", kind: "read", scope: null, options: {} }, "--deny-read", 0);
      return [await w.read("a")];
    },
    gives: ["E_READ"],
    asked: [],
  },
  {
    why: "a move is asked about for what it takes and for where it goes",
    answers: ["once", "once", "once"],
    use: async (w) => [await w.outcome("fs.rename", { from: "a", to: "z" })],
    gives: ["ok"],
    asked: ["a", "a", "z"],
  },
];
describe("an answer:", () => {
  test.each(answers)("$why", async ({ answers: script, use, gives, asked: questions }) => {
    const world = new World({ answers: script, files });
    expect(await use(world)).toEqual(gives);
    expect(asked(world)).toEqual(questions);
  });
});

test("the budget of questions ends the asking, whatever the answers", async () => {
  const world = new World({ answers: ["run", "run"], files, limits: { prompts: 2 } });
  expect([await world.read("a"), await world.read("b"), await world.read("c")]).toEqual(["A", "B", "E_READ"]);
  expect(world.sink.records.at(-1)).toMatchObject({
    decision: "suppressed",
    rule: "2 questions were asked in this run",
    outcome: "E_READ",
  });
});

test("with nobody to ask, what would be asked is denied and not called suppressed", async () => {
  const world = new World({ files });
  expect(await world.read("a")).toBe("E_READ");
  expect(world.sink.records).toMatchObject([{ decision: "denied", rule: "no grant", outcome: "E_READ" }]);
});

/** A question that stays open until it is answered. */
function open(): { script: Scripted; answer: (answer: Answer) => void; shown: Promise<void> } {
  let answer = (_: Answer): void => undefined;
  let show = (): void => undefined;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  const answered = new Promise<Answer>((resolve) => {
    answer = resolve;
  });
  return {
    script: () => {
      show();
      return answered;
    },
    answer: (value) => answer(value),
    shown,
  };
}

describe("questions at the same time", () => {
  const together: readonly {
    why: string;
    first: Answer;
    rest: Scripted[];
    gives: string[];
    asked: number;
  }[] = [
    {
      why: "are one question when they are the same",
      first: { choice: "run" },
      rest: [],
      gives: ["A", "A", "A"],
      asked: 1,
    },
    { why: "share a No", first: { choice: "no" }, rest: [], gives: ["E_READ", "E_READ", "E_READ"], asked: 1 },
    {
      why: "do not share one single use",
      first: { choice: "once" },
      rest: ["once", "no"],
      gives: ["A", "A", "E_READ"],
      asked: 3,
    },
  ];
  test.each(together)("$why", async ({ first, rest, gives, asked: many }) => {
    const { script, answer, shown } = open();
    const world = new World({ answers: [script, ...rest], files });
    const all = Promise.all([world.read("a"), world.read("a"), world.read("a")]);
    await shown;
    answer(first);
    expect(await all).toEqual(gives);
    expect(asked(world)).toHaveLength(many);
  });

  test("are asked one after the other when they differ", async () => {
    const { script, answer, shown } = open();
    const world = new World({ answers: [script, "run"], files });
    const all = Promise.all([world.read("a"), world.read("b")]);
    await shown;
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked(world)).toEqual(["a"]);
    answer({ choice: "no" });
    expect(await all).toEqual(["E_READ", "B"]);
  });

  test("a yes that covers the waiting one answers it too", async () => {
    const { script, answer, shown } = open();
    const world = new World({ answers: [script], files });
    const all = Promise.all([world.read("sub/x"), world.read("sub/y")]);
    await shown;
    await new Promise((resolve) => setImmediate(resolve));
    answer({ choice: "run", scope: 1 });
    expect(await all).toEqual(["X", "Y"]);
    expect(asked(world)).toEqual(["sub/x"]);
  });

  test("a never that covers the waiting one ends it too", async () => {
    const { script, answer, shown } = open();
    const world = new World({ answers: [script], files });
    const all = Promise.all([world.read("sub/x"), world.read("sub/y")]);
    await shown;
    await new Promise((resolve) => setImmediate(resolve));
    answer({ choice: "never", scope: 1 });
    expect(await all).toEqual(["E_READ", "E_READ"]);
    expect(asked(world)).toEqual(["sub/x"]);
  });
});

describe("a question says", () => {
  const ask = async (
    options: ConstructorParameters<typeof World>[0],
    use: (world: World) => Promise<unknown>,
  ): Promise<Question> => {
    const world = new World({ files, env: { A: "1" }, answers: ["no"], ...options });
    await use(world);
    return world.consent?.questions[0] as Question;
  };

  test("who asks for what, resolved, and where in the source", async () => {
    const world = new World({ files: { link: { link: "sub/x" }, ...files }, answers: ["no"] });
    await world.attempt("fs.readFile", { path: "link" }, { at: "main.ts:3:4" });
    expect(world.consent?.questions[0]).toMatchObject({
      id: 1,
      who: "plugin.ts",
      kind: "read",
      plain: "read /home/ana/project/sub/x",
      target: "/home/ana/project/sub/x",
      at: "main.ts:3:4",
      canRemember: true,
    });
  });

  const combinations: readonly {
    why: string;
    grants: string[];
    use: (world: World) => Promise<unknown>;
    says: string | undefined;
  }[] = [
    {
      why: "nothing more when nothing else is granted",
      grants: [],
      use: (w) => w.read("a"),
      says: undefined,
    },
    {
      why: "nothing more when only the like is granted",
      grants: ["--allow-read=./sub", "--allow-write=./sub"],
      use: (w) => w.read("a"),
      says: undefined,
    },
    {
      why: "that what is read could be sent",
      grants: ["--allow-net=api.example.com"],
      use: (w) => w.read("a"),
      says: "together with net=api.example.com this could send it there",
    },
    {
      why: "what could be sent to a new host",
      grants: ["--allow-read=./sub", "--allow-env=A"],
      use: (w) => w.fetch("https://api.example.com/"),
      says: "together with read=./sub, env=A this could send what it reads there to api.example.com:443",
    },
    {
      why: "no more than three partners",
      grants: ["--allow-read=./1,./2,./3,./4,./5"],
      use: (w) => w.fetch("https://api.example.com/"),
      says: "together with read=./1, read=./2, read=./3 and 2 more this could send what it reads there to api.example.com:443",
    },
    {
      why: "nothing of what is denied",
      grants: ["--deny-net=api.example.com"],
      use: (w) => w.read("a"),
      says: undefined,
    },
  ];
  test.each(combinations)("in its combination $why", async ({ grants, use, says }) => {
    expect((await ask({ grants }, use)).combination).toBe(says);
  });

  const more: readonly {
    why: string;
    grants: string[];
    use: (world: World) => Promise<unknown>;
    says: string;
  }[] = [
    {
      why: "that the place must be named",
      grants: ["--allow-read=."],
      use: (w) => w.read(".env"),
      says: "must be named",
    },
    {
      why: "that an earlier grant has expired",
      grants: ["--allow-read=.,for=1s"],
      use: (w) => {
        w.clock.turn(1000);
        return w.read("a");
      },
      says: "--allow-read=.,for=1s has expired",
    },
  ];
  test.each(more)("in its details $why", async ({ grants, use, says }) => {
    expect((await ask({ grants }, use)).details.join()).toContain(says);
  });

  test("that nothing can be remembered where nothing can", async () => {
    expect((await ask({ remembers: false }, (world) => world.read("a"))).canRemember).toBe(false);
  });
});

test("a question that the plugin asks for says where it stands in the source", async () => {
  const world = new World({ files, answers: ["no"] });
  await world.perform(
    "permissions.request",
    { name: "read", path: "a", reason: "Why" },
    { at: "main.ts:7:1" },
  );
  expect(world.consent?.questions[0]).toMatchObject({ at: "main.ts:7:1", reason: "Why" });
});

test("always and never are remembered with their scope, the other answers are not", async () => {
  const script: Scripted[] = [{ choice: "always", scope: 1 }, "never", "run", "once", "hour"];
  const world = new World({ answers: script, files });
  for (const path of ["sub/x", "a", "b", "c", "d"]) await world.read(path);
  expect(world.remembered).toMatchObject([
    { effect: "allow", grant: { kind: "read", scope: { resolved: "/home/ana/project/sub" } } },
    { effect: "deny", grant: { kind: "read", scope: { resolved: "/home/ana/project/a" } } },
  ]);
});

test("every answer stands in the audit", async () => {
  const world = new World({ answers: ["run", "no", "unshowable"], files });
  for (const path of ["a", "b", "c"]) await world.read(path);
  expect(world.sink.records.map(({ decision, rule, outcome }) => [decision, rule, outcome])).toEqual([
    ["asked-yes", "answer: until the run ends", "started"],
    [undefined, undefined, "ok"],
    ["asked-no", "answer: no", "E_READ"],
    ["suppressed", "it cannot be shown on this screen", "E_READ"],
  ]);
});
