/** A whole run without an engine: the real gate, policy, flow and asking, over sources in memory, with a clock that tests turn, a person
 *  who answers from a script, and an audit that stays in memory. Fakes, not mocks: every part keeps its contract. */
import { readdirSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { grantContext, resolveGrant } from "../../cli/compose/grants.ts";
import type { DataNeed, EnvNeed, GovernedNeed, Target } from "../../runtime/core/capability.ts";
import type { KvChange, StorePower } from "../../runtime/core/dataPowers.ts";
import { fail, isSbxError, type SbxError } from "../../runtime/core/errors.ts";
import { type Effect, type Grant, parseGrant } from "../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../runtime/core/places.ts";
import type { FileOpener, PowerSource } from "../../runtime/core/powers.ts";
import { Audit, type AuditRecord, type AuditSink } from "../../runtime/gate/audit.ts";
import { Changes } from "../../runtime/gate/changes.ts";
import type { Clock } from "../../runtime/gate/clock.ts";
import {
  type Answer,
  Asking,
  type Choice,
  type Consent,
  type Memory,
  type Question,
} from "../../runtime/gate/consent.ts";
import { discreetly } from "../../runtime/gate/discreet.ts";
import { type ClearRule, Flow, type LabelRule, parseSink } from "../../runtime/gate/flow.ts";
import { Gate, type Result } from "../../runtime/gate/gate.ts";
import { Budget, defaultLimits, type RunLimits } from "../../runtime/gate/limits.ts";
import { type Monitor, Monitors } from "../../runtime/gate/monitor.ts";
import { Permissions } from "../../runtime/gate/permissions.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import type { Protected } from "../../runtime/gate/protectedPlaces.ts";
import type { GateWorld, Sources } from "../../runtime/gate/world.ts";
import type { Operation, PermissionStanding, RunFacts } from "../../runtime/op.ts";
import { datasets } from "../../runtime/powers/data/datasets.ts";
import { environment } from "../../runtime/powers/env.ts";
import { files } from "../../runtime/powers/files/files.ts";
import { type FakeNode, FakeTree } from "./fakeFiles.ts";
import { type FakeSites, fakeNet } from "./fakeNet.ts";
import { notesSet } from "./notesSet.ts";

export const HOME = "/home/ana";
export const CWD = "/home/ana/project";
/** When every world begins. */
export const START = Date.UTC(2026, 0, 1);

/** Names that `ops=` knows in these tests, as the registry has them. */
const areas: Readonly<Record<string, string>> = {
  read: "fs",
  write: "fs",
  net: "net",
  data: "data",
  env: "env",
  host: "host",
};

export const context = {
  ...grantContext({ folder: CWD, home: HOME, plugin: CWD, data: `${HOME}/.local/share/sbx`, tmp: "/tmp" }),
  operations: (kind: string) => operationFiles(areas[kind] ?? ""),
};

const stdlib = resolve(import.meta.dirname, "../../stdlib");

/** Every operation that there is, by its file; loaded before the first test, so that no test waits for one. */
const operations: ReadonlyMap<string, Operation> = new Map(
  await Promise.all(
    readdirSync(stdlib)
      .filter((area) => area !== "web" && area !== "generated")
      .flatMap((area) => readdirSync(join(stdlib, area)).map((file) => join(area, file)))
      .map(async (path): Promise<[string, Operation]> => {
        const module = (await import(/* @vite-ignore */ pathToFileURL(join(stdlib, path)).href)) as {
          readonly default: Operation;
        };
        return [path.split(sep).join(".").replace(/\.ts$/, ""), module.default];
      }),
  ),
);
export const everyOperation: readonly string[] = [...operations.keys()];
const operationFiles = (area: string): string[] =>
  everyOperation.filter((name) => name.startsWith(`${area}.`)).map((name) => name.slice(area.length + 1));

export async function findOperation(name: string): Promise<Operation> {
  const found = operations.get(name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

/** A clock that stands still until it is turned. */
export class TurnableClock implements Clock {
  #now = START;
  #waiting: { at: number; then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const entry = { at: this.#now + ms, then };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Timers that nobody has taken back. */
  get waiting(): number {
    return this.#waiting.length;
  }

  turn(ms: number): void {
    this.#now += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.#now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now);
    for (const { then } of due) then();
  }

  newAbort() {
    const controller = new AbortController();
    return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
  }
}

export type Scripted =
  | Choice
  | (Answer & { readonly choice: Choice })
  | "unshowable"
  | ((question: Question) => Answer | Promise<Answer>);

/** A person who answers in the order of a script, and remembers what was asked. A question too many is an error. */
export class ScriptedConsent implements Consent {
  readonly questions: Question[] = [];
  readonly #script: Scripted[];

  constructor(script: readonly Scripted[]) {
    this.#script = [...script];
  }

  async ask(question: Question): Promise<Answer | undefined> {
    this.questions.push(question);
    const next = this.#script.shift();
    if (next === undefined) throw new Error(`nobody expected the question: ${question.plain}`);
    if (next === "unshowable") return undefined;
    if (typeof next === "function") return next(question);
    return typeof next === "string" ? { choice: next } : next;
  }
}

/** Keeps records; `breaks` makes a record fail to be written. */
export class MemoryAudit implements AuditSink {
  readonly records: AuditRecord[] = [];
  breaks: (record: AuditRecord) => boolean = () => false;
  readonly #trace: (what: string) => void;

  constructor(trace: (what: string) => void) {
    this.#trace = trace;
  }

  append(record: AuditRecord): string {
    if (this.breaks(record)) throw fail("E_UNAVAILABLE", "the audit cannot be written (ENOSPC)");
    this.records.push(record);
    this.#trace(`audit ${record.op} ${record.decision ?? ""} ${record.outcome ?? ""}`.replace(/ +/g, " "));
    return `record-${this.records.length}`;
  }
}

class MemoryStore implements PowerSource<DataNeed, StorePower> {
  /** What runs without labels keep; others keep theirs apart. */
  readonly entries = new Map<string, string>();
  readonly #labelled = new Map<string, string>();
  resolve = async (need: DataNeed): Promise<Target> => ({ ...need, words: need.dataset });
  release = (): void => undefined;
  readonly #trace: (what: string) => void;

  constructor(trace: (what: string) => void) {
    this.#trace = trace;
  }

  open: PowerSource<DataNeed, StorePower>["open"] = async (target, lease) => {
    lease.alive();
    this.#trace(`open data ${target.words}`);
    return {
      get: async (key) => {
        lease.alive();
        const own = lease.keeps.length > 0 ? this.#labelled.get(key) : undefined;
        return own ?? this.entries.get(key) ?? null;
      },
      apply: async (changes: readonly KvChange[]) => {
        lease.spend(1, "out");
        for (const change of changes) {
          const part = lease.keeps.length > 0 ? this.#labelled : this.entries;
          if (change.op === "set") part.set(change.key, change.value);
          if (change.op === "delete") part.delete(change.key);
        }
        return true;
      },
      list: async ({ prefix, limit }) => {
        lease.alive();
        return [...this.entries]
          .filter(([key]) => key.startsWith(prefix))
          .slice(0, limit)
          .map(([key, value]) => ({ key, value }));
      },
    };
  };
}

export interface WorldOptions {
  /** Flags as they are typed: `--allow-read=./docs`, `--deny-net`, `--ignore-env=A_*`. */
  readonly grants?: readonly string[];
  /** Lists in the grammar of grants. */
  readonly ceilings?: readonly (readonly string[])[];
  readonly protect?: readonly Protected[];
  readonly files?: Readonly<Record<string, FakeNode>>;
  readonly sites?: FakeSites;
  readonly env?: Readonly<Record<string, string>>;
  /** `read=./private` → labels. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly clear?: Readonly<Record<string, readonly string[]>>;
  readonly terminal?: boolean;
  readonly strict?: boolean;
  /** Nobody can be asked when left out. */
  readonly answers?: readonly Scripted[];
  readonly limits?: Partial<RunLimits>;
  readonly remembers?: boolean;
  readonly monitors?: readonly Monitor[];
  /** A real folder instead of the tree in memory, where the plugin's relative paths start; grants name it in full. */
  readonly disk?: string;
}

/** A flag of the command line as grants: the flag's own front door. @throws E_USAGE */
export function flagGrants(flag: string): Grant[] {
  const [, effect, rest = ""] = /^--(allow|deny|ignore)-(.*)$/s.exec(flag) ?? [];
  if (effect === undefined) throw new Error(`not a grant flag: ${flag}`);
  return parseGrant(rest, context, effect as Effect);
}

export class World {
  readonly trace: string[] = [];
  /** What hosts saw, in order. */
  readonly seen: string[] = [];
  readonly clock = new TurnableClock();
  readonly tree: FakeTree;
  readonly store: MemoryStore;
  readonly policy: Policy;
  readonly flow: Flow;
  readonly consent: ScriptedConsent | null;
  readonly asking: Asking;
  readonly budget: Budget;
  readonly sink: MemoryAudit;
  readonly sources: Sources;
  readonly gate: Gate;
  readonly permissions: Permissions;
  readonly remembered: { readonly grant: Grant; readonly effect: "allow" | "deny" }[] = [];
  stopped = false;
  /** What a monitor stopped it for. */
  contained: SbxError | undefined;
  exitCode = 0;
  /** How often the plugin was told that permissions changed. */
  changes = 0;
  #next = 1;
  readonly #real: boolean;
  readonly #opener: FileOpener;

  constructor(options: WorldOptions = {}) {
    const trace = (what: string): void => void this.trace.push(what);
    this.tree = new FakeTree(CWD, options.files ?? {}, trace);
    const disk = options.disk === undefined ? this.tree : files({ cwd: options.disk });
    this.#opener = disk.opener;
    this.#real = options.disk !== undefined;
    this.store = new MemoryStore(trace);
    this.policy = this.#policyOf(options);
    this.flow = this.#flowOf(options);
    this.budget = new Budget({ ...defaultLimits, ...options.limits });
    this.sink = new MemoryAudit(trace);
    this.consent = options.answers ? new ScriptedConsent(options.answers) : null;
    const memory: Memory = {
      remember: (grant, effect) => {
        this.remembered.push({ grant, effect });
        return undefined;
      },
    };
    this.asking = new Asking({
      consent: this.consent,
      memory: options.remembers === false ? null : memory,
      policy: this.policy,
      who: "plugin.ts",
      prompts: this.budget.limits.prompts,
      now: () => this.clock.now(),
      stop: () => {
        this.stopped = true;
      },
      signal: new AbortController().signal,
    });
    const subject = { run: "RUN", plugin: { id: "test", version: "1.0.0", content: "sha256-0" } };
    this.sources = {
      read: disk.read,
      write: disk.write,
      net: fakeNet(options.sites ?? {}, trace, (what) => this.seen.push(what)),
      env: environment(options.env ?? {}) as PowerSource<EnvNeed, unknown>,
      data: this.#datasets(trace),
    };
    const changes = new Changes(
      () => this.policy.rules,
      this.clock,
      () => {
        this.changes += 1;
      },
    );
    this.budget.usedUp = () => changes.note();
    const world: GateWorld = {
      sources: this.sources,
      policy: this.policy,
      flow: this.flow,
      asking: this.asking,
      budget: this.budget,
      audit: new Audit(
        this.sink,
        subject,
        this.clock,
        () => this.flow.labels,
        undefined,
        (target, done) => discreetly(target, done, this.policy),
      ),
      changes,
      clock: this.clock,
      monitors: new Monitors(options.monitors ?? [], (error) => {
        this.contained = error;
      }),
      decode: (bytes) => Buffer.from(bytes).toString("utf8"),
      facts: this.#facts(changes),
    };
    this.gate = new Gate(world);
    this.permissions = new Permissions(world, this.gate.judge);
  }

  /** Links of a path scope followed once, as at the start of a run. */
  resolve(grant: Grant): Grant {
    const { scope } = grant;
    if (scope?.kind !== "read" && scope?.kind !== "write") return grant;
    if (this.#real) return resolveGrant(grant);
    return { ...grant, scope: { ...scope, resolved: this.tree.follow(scope.lexical) } };
  }

  #datasets(trace: (what: string) => void): NonNullable<Sources["data"]> {
    const { catalog, client } = notesSet();
    const uses = new Map<string, number>();
    const useSummary = (dataset: string, summary: string, most: number): boolean => {
      const used = (uses.get(`${dataset}.${summary}`) ?? 0) + 1;
      uses.set(`${dataset}.${summary}`, used);
      return used <= most;
    };
    const source = datasets({ catalog, client, store: this.store, useSummary });
    return {
      ...source,
      open(target, lease) {
        if (target.words !== "kv") trace(`open data ${target.words}`);
        return source.open(target, lease);
      },
    };
  }

  #policyOf({ grants = [], ceilings = [], protect = [] }: WorldOptions): Policy {
    const policy = new Policy(
      { secret: secretPlaces(HOME), autorun: autorunPlaces(HOME), foldCase: false },
      protect,
    );
    for (const flag of grants)
      for (const grant of flagGrants(flag)) policy.add(this.resolve(grant), flag, this.clock.now());
    for (const ceiling of ceilings)
      policy.limitTo(
        ceiling.flatMap((text) => parseGrant(text, context)).map((grant) => this.resolve(grant)),
      );
    return policy;
  }

  #flowOf({ labels = {}, clear = {}, terminal = false, strict = false }: WorldOptions): Flow {
    const sources = Object.entries(labels).flatMap(([on, label]): LabelRule[] =>
      parseGrant(on, context, "deny").map((source) => ({ source: this.resolve(source), label })),
    );
    const sinks = Object.entries(clear).flatMap(([on, names]): ClearRule[] =>
      parseSink(on, context).map((sink) => ({
        sink: typeof sink === "string" ? sink : this.resolve(sink),
        labels: names,
      })),
    );
    return new Flow(
      {
        labels: sources,
        clear: sinks,
        filed: [],
        terminal: { stdout: terminal, stderr: terminal },
        strict,
      },
      this.policy.places,
    );
  }

  #facts(changes: Changes): RunFacts {
    return {
      limits: { body: this.budget.limits.body },
      deterministic: false,
      opener: this.#opener,
      query: (asked) => this.permissions.query(asked),
      request: (asked, reason, at) => this.permissions.request(asked, reason, at),
      revoke: (asked) => this.permissions.revoke(asked),
      listen: (on) => changes.listen(on),
      setExitCode: (code) => {
        this.exitCode = code;
      },
      readInput: async () => ({ bytes: new Uint8Array(0), done: true }),
      cancel: (call) => this.gate.cancel(call),
    };
  }

  /** One operation through the gate. `at` defaults to nowhere, `id` to the next number. */
  async perform(
    name: string,
    args: unknown = {},
    more: { body?: string; at?: string; id?: number; operation?: Operation } = {},
  ): Promise<Result> {
    const { at } = more;
    const operation = more.operation ?? (await findOperation(name));
    const body = more.body === undefined ? null : new TextEncoder().encode(more.body);
    const id = more.id ?? this.#next++;
    return this.gate.perform({
      id,
      name,
      operation,
      args,
      body,
      ...(at === undefined ? {} : { at: () => at }),
    });
  }

  /** The same, giving the value, or the code with which it failed. */
  async attempt(
    name: string,
    args: unknown = {},
    more: Parameters<World["perform"]>[2] = {},
  ): Promise<unknown> {
    try {
      return (await this.perform(name, args, more)).value;
    } catch (error) {
      return codeOf(error);
    }
  }

  /** How it stands, after it was asked about, asked for or given back; "granted in part" when something of it is left out. */
  async standing(asked: "query" | "request" | "revoke", args: object): Promise<unknown> {
    const answer = await this.attempt(`permissions.${asked}`, args);
    if (typeof answer === "string") return answer;
    const { state, partial } = answer as PermissionStanding;
    return partial ? `${state} in part` : state;
  }

  /** The file's text, or the code with which reading failed. */
  async read(path: string): Promise<string> {
    try {
      const { bytes } = await this.perform("fs.readFile", { path });
      return new TextDecoder().decode(bytes ?? undefined);
    } catch (error) {
      return codeOf(error);
    }
  }

  /** "ok", or the code with which writing failed. */
  write(path: string, text = "new"): Promise<string> {
    return this.outcome("fs.writeFile", { path }, { body: text });
  }

  /** The status, or the code with which the request failed. */
  async fetch(url: string, more: { method?: string; body?: string } = {}): Promise<unknown> {
    const args = {
      url,
      method: more.method ?? "GET",
      headers: [],
      redirect: "follow",
      hasBody: more.body !== undefined,
    };
    const answer = await this.attempt("net.fetch", args, more.body === undefined ? {} : { body: more.body });
    return typeof answer === "string" ? answer : (answer as { status: number }).status;
  }

  /** "ok", or the code. */
  async outcome(
    name: string,
    args: unknown = {},
    more: Parameters<World["perform"]>[2] = {},
  ): Promise<string> {
    return this.perform(name, args, more).then(() => "ok", codeOf);
  }

  /** The error of a call that must fail. */
  async refusal(
    name: string,
    args: unknown = {},
    more: Parameters<World["perform"]>[2] = {},
  ): Promise<SbxError> {
    try {
      await this.perform(name, args, more);
    } catch (error) {
      if (isSbxError(error)) return error;
      throw error;
    }
    throw new Error(`${name} was not refused`);
  }

  /** What the audit says, one line a record: op, resource, decision, outcome. */
  get audit(): string[] {
    return this.sink.records.map(({ op, resource, decision, outcome }) =>
      [op, resource, decision, outcome].filter((part) => part !== undefined && part !== "").join(" | "),
    );
  }

  /** Does the policy allow, deny, hide, or leave it open? The need is resolved first. */
  async decide(need: GovernedNeed, names: readonly string[] = []): Promise<string> {
    const source = need.kind === "read" || need.kind === "write" ? this.tree[need.kind] : undefined;
    const target = source ? await source.resolve(need as never) : ({ ...need, words: "" } as Target);
    return this.policy.judge(target, names, this.clock.now()).kind;
  }
}

export const codeOf = (error: unknown): string => {
  if (isSbxError(error)) return error.code;
  throw error;
};
