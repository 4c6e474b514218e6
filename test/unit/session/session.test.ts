import { describe, expect, test } from "vitest";
import type { WorldOptions } from "../../support/world.ts";
import { type Guest, type Ran, run } from "./guest.ts";

const files = { a: "AAAA", b: "BBBB", "private/p": "P" };
const grants = ["--allow-read=.", "--allow-env", "--allow-net=a.example"];
const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls, and throws what came back as the guest's own prelude would. */
const must = async (guest: Guest, op: string, args: unknown = {}): Promise<void> => {
  const { error } = await guest.call(op, args);
  if (error) guest.throws({ name: error.name, code: error.code, message: error.message });
  else guest.idle();
};

const ends: readonly {
  why: string;
  main: (guest: Guest) => void | Promise<void>;
  options?: WorldOptions;
  exit: number;
  kind: string;
}[] = [
  { why: "done with nothing left is 0", main: (guest) => guest.idle(), exit: 0, kind: "done" },
  {
    why: "the code that the plugin chose",
    main: async (guest) => {
      await guest.call("plugin.setExitCode", { code: 7 });
      guest.idle();
    },
    exit: 7,
    kind: "done",
  },
  {
    why: "a code that no plugin may choose changes nothing",
    main: async (guest) => {
      await guest.call("plugin.setExitCode", { code: 77 });
      guest.idle();
    },
    exit: 0,
    kind: "done",
  },
  { why: "a thrown error is 1", main: (guest) => guest.throws(), exit: 1, kind: "error" },
  {
    why: "a made-up code is 1",
    main: (guest) => guest.throws({ code: "E_MADE_UP" }),
    exit: 1,
    kind: "error",
  },
  {
    why: "a code of the prototype is 1",
    main: (guest) => guest.throws({ code: "constructor" }),
    exit: 1,
    kind: "error",
  },
  {
    why: "an uncaught denial is 77",
    main: (guest) => must(guest, "fs.readFile", { path: "/etc/hosts" }),
    exit: 77,
    kind: "error",
  },
  {
    why: "an uncaught limit is 125",
    main: (guest) => must(guest, "fs.readFile", { path: "a" }),
    options: { grants: ["--allow-read=.,maxBytes=1b"] },
    exit: 125,
    kind: "error",
  },
  {
    why: "an uncaught missing file is 1",
    main: (guest) => must(guest, "fs.readFile", { path: "none" }),
    exit: 1,
    kind: "error",
  },
  {
    why: "waiting for what can never happen is 1",
    main: (guest) => guest.idle({ main: "pending" }),
    exit: 1,
    kind: "deadlock",
  },
  {
    why: "too much memory is 125",
    main: (guest) => guest.throws({ kind: "memory" }),
    exit: 125,
    kind: "limit",
  },
  {
    why: "an engine that the system ended is 125",
    main: (guest) => guest.engine.exit({ kind: "fatal", signal: "SIGKILL" }),
    exit: 125,
    kind: "limit",
  },
  {
    why: "an engine that broke the protocol is 70",
    main: (guest) => guest.engine.exit({ kind: "fault", reason: "frame" }),
    exit: 70,
    kind: "broken",
  },
  {
    why: "an engine that tried a forbidden call is 70",
    main: (guest) => guest.engine.exit({ kind: "forbidden" }),
    exit: 70,
    kind: "broken",
  },
  {
    why: "an engine that could not be sealed is 69",
    main: (guest) => guest.engine.exit({ kind: "unsealed", step: "landlock" }),
    exit: 69,
    kind: "broken",
  },
  {
    why: "an engine that vanished is 70",
    main: (guest) => guest.engine.exit({ kind: "unexpected", code: 0, signal: null }),
    exit: 70,
    kind: "broken",
  },
  {
    why: "too much output is 125",
    main: (guest) => {
      guest.print("12345");
      guest.print("67890!");
      guest.idle();
    },
    options: { limits: { output: 10 } },
    exit: 125,
    kind: "limit",
  },
  {
    why: "no end within the time is 124",
    main: () => undefined,
    options: { limits: { timeout: 30 } },
    exit: 124,
    kind: "limit",
  },
  {
    why: "work without a pause is 124",
    main: () => undefined,
    options: { limits: { cpu: 30 } },
    exit: 124,
    kind: "limit",
  },
  {
    why: "the person's stop is 77",
    main: (guest) => must(guest, "fs.readFile", { path: "/etc/hosts" }),
    options: { answers: ["stop"] },
    exit: 77,
    kind: "stopped",
  },
];

describe("a run ends:", () => {
  test.each(ends)("$why", async ({ main, options, exit, kind }) => {
    const ran = await run(main, { grants, files, ...options });
    expect([ran.exit, ran.end.kind]).toEqual([exit, kind]);
    expect(ran.engine.killed).toBe(true);
    const records = ran.world.sink.records;
    expect(records[0]).toMatchObject({ op: "run.start", resource: "main.ts" });
    expect(records.at(-1)).toMatchObject({
      op: kind === "limit" ? "limit" : "run.end",
      outcome: String(exit),
    });
  });
});

const flows: readonly {
  why: string;
  main: (guest: Guest) => Promise<void>;
  options?: WorldOptions;
  exit: number;
  out: string;
  dropped: number;
}[] = [
  {
    why: "what is personal may go into a pipe",
    main: async (guest) => {
      await guest.call("fs.readFile", { path: "private/p" });
      guest.print("P");
      guest.idle();
    },
    exit: 0,
    out: "P",
    dropped: 0,
  },
  {
    why: "what is secret may not: it is dropped and counted, and the end says 76",
    main: async (guest) => {
      guest.print("before ");
      await guest.call("env.get", { name: "TOKEN" });
      guest.print("secret");
      guest.idle();
    },
    exit: 76,
    out: "before ",
    dropped: 6,
  },
  {
    why: "76 also hides whether it failed",
    main: async (guest) => {
      await guest.call("env.get", { name: "TOKEN" });
      guest.throws();
    },
    exit: 76,
    out: "",
    dropped: 0,
  },
  {
    why: "at the person's own terminal everything is shown",
    main: async (guest) => {
      await guest.call("env.get", { name: "TOKEN" });
      guest.print("secret");
      guest.idle();
    },
    options: { terminal: true },
    exit: 0,
    out: "secret",
    dropped: 0,
  },
];
describe("labels at the end:", () => {
  test.each(flows)("$why", async ({ main, options, exit, out, dropped }) => {
    const labels = { "read=./private": "personal", "env=TOKEN": "secret" };
    const ran = await run(main, { grants, files, labels, env: { TOKEN: "t" }, ...options });
    expect([ran.exit, ran.out, ran.dropped]).toEqual([exit, out, dropped]);
  });

  test("the audit of such an end says no more than 76", async () => {
    const ran = await run(
      async (guest) => {
        await guest.call("env.get", { name: "TOKEN" });
        guest.throws({ code: "E_READ" });
      },
      { grants, labels: { "env=TOKEN": "secret" }, env: { TOKEN: "t" } },
    );
    expect(ran.world.sink.records.at(-1)).toMatchObject({ outcome: "76", labels: ["secret"] });
  });
});

describe("an audit that cannot be written", () => {
  test("ends the run before anything is read", async () => {
    const ran = await runBreaking(async (guest) => {
      await guest.call("fs.readFile", { path: "a" });
      await tick();
      guest.print("went on");
      guest.idle();
    }, "fs.readFile");
    expect([ran.exit, ran.end.kind, ran.out]).toEqual([69, "broken", ""]);
    expect(ran.world.trace.filter((line) => line.startsWith("open"))).toEqual([]);
  });

  test("at the start means that nothing runs", async () => {
    const ran = await runBreaking((guest) => guest.idle(), "run.start");
    expect([ran.exit, ran.end.kind, ran.engine.heard]).toEqual([69, "broken", []]);
  });

  test("at the end is no success", async () => {
    const ran = await runBreaking((guest) => guest.idle(), "run.end");
    expect([ran.exit, ran.end.kind]).toEqual([69, "broken"]);
  });

  async function runBreaking(main: (guest: Guest) => void | Promise<void>, op: string): Promise<Ran> {
    const { World } = await import("../../support/world.ts");
    const sink = new World().sink;
    sink.breaks = (record) => record.op === op;
    return run(main, { grants, files }, { audit: sink });
  }
});

describe("calls", () => {
  test("of operations that do not exist are refused", async () => {
    let reply: unknown;
    await run(async (guest) => {
      reply = await guest.call("fs.format", {});
      guest.idle();
    });
    expect(reply).toMatchObject({ error: { code: "E_INVALID" } });
  });

  test.each(["__proto__", "constructor", "", "fs", "fs.readFile.", "../fs.readFile"])(
    "of %j are refused",
    async (name) => {
      let reply: unknown;
      await run(async (guest) => {
        reply = await guest.call(name, {});
        guest.idle();
      });
      expect(reply).toMatchObject({ error: { code: "E_INVALID" } });
    },
  );

  test("keep a run alive until they are answered", async () => {
    let text: string | undefined;
    const ran = await run(
      (guest) => {
        void guest.call("fs.readFile", { path: "a" }).then((reply) => {
          text = reply.text;
          guest.idle();
        });
        guest.idle({ main: "pending" });
      },
      { grants, files },
    );
    expect([ran.exit, text]).toEqual([0, "AAAA"]);
  });

  test("an idle note that something on its way has overtaken is not believed", async () => {
    const ran = await run(
      async (guest) => {
        const seen = guest.engine.sent;
        await guest.call("fs.stat", { path: "a" });
        guest.idle({ main: "pending", seen });
        await tick(5);
        guest.idle();
      },
      { grants, files },
    );
    expect(ran.end.kind).toBe("done");
  });

  test("end with the run, and their handles with them", async () => {
    const ran = await run(
      async (guest) => {
        await guest.call("fs.open", { path: "a" });
        void guest.call("fs.readFile", { path: "b" });
        guest.throws();
      },
      { grants, files },
    );
    expect([ran.exit, ran.engine.killed]).toEqual([1, true]);
  });

  test("that still run or wait at the end are over before the audit is", async () => {
    const { World } = await import("../../support/world.ts");
    const world = new World({ grants, files });
    world.tree.hold("b");
    const ran = await run(
      async (guest) => {
        for (let at = 0; at < 3; at += 1) void guest.call("fs.readFile", { path: at === 0 ? "b" : "a" });
        await tick(5);
        guest.throws();
      },
      { grants, limits: { inflight: 1 } },
      { sources: world.sources },
    );
    await tick(5);
    expect(ran.world.audit.at(-1)).toMatch(/^run.end/);
    expect(world.trace.filter((line) => line.startsWith("open"))).toEqual(["open read /home/ana/project/b"]);
  });

  test("denials are listed, with what belongs to the uncaught one", async () => {
    const ran = await run(
      async (guest) => {
        await guest.call("fs.readFile", { path: "/etc/hosts" });
        const { error } = await guest.call("fs.readFile", { path: "/etc/passwd" });
        guest.throws({ ...error, resource: "/etc/passwd" } as never);
      },
      { grants, files },
    );
    expect(ran.denials.map(({ code, details }) => [code, details.resource])).toEqual([
      ["E_READ", "/etc/hosts"],
      ["E_READ", "/etc/passwd"],
    ]);
    expect(ran.end).toMatchObject({
      kind: "error",
      denial: { details: { person: { resolved: "/etc/passwd" } } },
    });
  });

  test("a plugin that makes up a denial is not believed", async () => {
    const ran = await run((guest) => guest.throws({ code: "E_READ", resource: "/etc/hosts" }), {
      grants,
      files,
    });
    expect(ran.end).toMatchObject({ kind: "error", denial: undefined });
  });
});

describe("timers", () => {
  test("wake the guest when they are due", async () => {
    const ran = await run((guest) => guest.idle({ main: "pending", wake: 5 }));
    expect([ran.exit, ran.engine.wakes]).toEqual([0, 1]);
  });

  test("do not keep real time in a deterministic run", async () => {
    const before = performance.now();
    const ran = await run((guest) => guest.idle({ main: "pending", wake: 3_600_000 }), {}, { seed: "7" });
    expect([ran.exit, ran.engine.wakes]).toEqual([0, 1]);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

test("in a deterministic run answers come back in the order of the calls", async () => {
  const order: string[] = [];
  const ran = await run(
    (guest) => {
      const calls = ["none", "a", "/etc/hosts"].map((path) =>
        guest.call("fs.readFile", { path }).then(() => order.push(path)),
      );
      guest.idle({ main: "pending" });
      void Promise.all(calls).then(() => guest.idle());
    },
    { grants, files },
    { seed: "7" },
  );
  expect([ran.exit, order]).toEqual([0, ["none", "a", "/etc/hosts"]]);
});

test("output waits while a question is open, and comes after it in order", async () => {
  const shown: string[] = [];
  const ran = await run(
    async (guest) => {
      const reading = guest.call("fs.readFile", { path: "/etc/hosts" });
      await tick();
      guest.print("1");
      guest.print("2", 2);
      guest.print("3");
      await reading;
      guest.idle();
    },
    {
      grants,
      answers: [
        async () => {
          await tick(20);
          shown.push("answered");
          return { choice: "no" };
        },
      ],
    },
    {
      output: {
        write: (stream, bytes) => {
          shown.push(`${stream}:${new TextDecoder().decode(bytes)}`);
        },
      },
    },
  );
  expect(ran.exit).toBe(0);
  expect(shown).toEqual(["answered", "1:1", "2:2", "1:3"]);
});
