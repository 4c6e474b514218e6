/** Asking a person (CONTRACT 4): who may be asked how often, which questions are one question, and what an answer turns into. Takes data
 *  and gives an answer; what the question looks like is the answerer's affair, a terminal's or a host application's. */
import type { Kind, Target } from "../core/capability.ts";
import { printTarget } from "../core/capability.ts";
import { type Grant, printGrant } from "../core/grant.ts";
import type { AbortSignalLike } from "../core/powers.ts";
import type { Policy, Rule } from "./policy.ts";
import { combinationOf, keyOf, labelOf, plainWords } from "./questionWords.ts";
import { findingWords, outputWords, type ReleaseParts, releaseWords, standardOutput } from "./release.ts";
import { scopesFor } from "./remedy.ts";

export interface Question {
  readonly id: number;
  /** Plugin and version, or script. */
  readonly who: string;
  readonly kind: Kind;
  /** What, in plain words, with the resolved target. Unescaped. */
  readonly plain: string;
  readonly target: string;
  /** The plugin's words. */
  readonly reason?: string;
  /** What this makes possible together with what is granted already. */
  readonly combination?: string;
  /** Where in the plugin's source. */
  readonly at?: string;
  /** Narrowest first; the first is the default. */
  readonly scopes: readonly { readonly label: string; readonly grant: string }[];
  readonly canRemember: boolean;
  /** The only answers that it has, where it does not have all of them; "no" is always among them. */
  readonly choices?: readonly Choice[];
  readonly details: readonly string[];
  /** It is about letting out what the run has read. Unescaped. */
  readonly release?: {
    readonly labels: readonly string[];
    readonly read: string;
    /** Method, size, and how it begins. */
    readonly content: string;
    /** What "until the run ends" lets out. */
    readonly lasting: string;
  };
}

export type Choice = "no" | "once" | "run" | "hour" | "always" | "never" | "stop";

export interface Answer {
  readonly choice: Choice;
  /** Index into the question's scopes. */
  readonly scope?: number;
}

/** Somebody who can be asked. `undefined`: this question cannot be shown honestly, so nobody was asked. */
export interface Consent {
  ask(question: Question, signal: AbortSignalLike): Promise<Answer | undefined>;
}

/** Answers that outlive the run. */
export interface Memory {
  /** Keeps it. Gives what the rule that it becomes is to be handed to, so that a later change of mind reaches it. */
  remember(grant: Grant, effect: "allow" | "deny"): ((rule: Rule) => void) | undefined;
}

export type Settled =
  | { readonly kind: "granted"; readonly rule: Rule }
  /** Let out, once or until the run ends; the rule is what was granted besides. */
  | { readonly kind: "released"; readonly lasting: boolean; readonly rule: Rule | null }
  | { readonly kind: "refused" }
  /** Not asked: what was answered or what happened meanwhile has settled it. */
  | { readonly kind: "overtaken" }
  /** Not asked: nobody is there, or the budget is spent. */
  | { readonly kind: "suppressed"; readonly why: string };

export interface AskingOptions {
  readonly consent: Consent | null;
  readonly memory: Memory | null;
  readonly policy: Policy;
  readonly who: string;
  /** Questions in one run. */
  readonly prompts: number;
  /** Ask once for each kind, about all of it: for a run that is learned from. What a bare grant does not cover is asked as ever. */
  readonly wholeKinds?: boolean;
  readonly now: () => number;
  readonly stop: () => void;
  readonly signal: AbortSignalLike;
}

/** What belongs to one question. */
export interface More {
  readonly reason?: string;
  readonly at?: string;
  readonly why?: string;
  /** Is it still a question? Looked at when its turn has come. */
  open(): boolean;
}

const REFUSALS_IN_A_ROW = 3;
const REFUSALS_OF_ONE = 2;

export class Asking {
  readonly #options: AskingOptions;
  #asked = 0;
  #refusedInARow = 0;
  #next = 1;
  readonly #refusals = new Map<string, number>();
  readonly #open = new Map<string, Promise<Settled>>();
  /** Kinds that were asked about as a whole, and whether they were granted. */
  readonly #kinds = new Map<Kind, boolean>();
  /** One question at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  get possible(): boolean {
    return this.#options.consent !== null;
  }

  /** Would somebody be asked this now? */
  would(target: Target, scopes: readonly Grant[]): boolean {
    return this.#silent(keyOf(target, scopes)) === undefined;
  }

  /** Would somebody be asked now whether this may go out? */
  wouldRelease(target: Target, labels: readonly string[]): boolean {
    return this.#silent(releaseKey(target, labels)) === undefined;
  }

  /** Why nobody would be asked now, or undefined. */
  #silent(key: string): string | undefined {
    if (this.#options.consent === null) return "nobody can be asked";
    if (this.#refusedInARow >= REFUSALS_IN_A_ROW) return "three refusals in a row ended the asking";
    if (this.#asked >= this.#options.prompts)
      return `${this.#options.prompts} questions were asked in this run`;
    return (this.#refusals.get(key) ?? 0) >= REFUSALS_OF_ONE ? "it was refused twice" : undefined;
  }

  settle(target: Target, scopes: readonly Grant[], more: More): Promise<Settled> {
    const key = keyOf(target, scopes);
    const open = this.#open.get(key);
    if (open)
      return open.then((settled) =>
        settled.kind === "granted" && settled.rule.passing ? this.settle(target, scopes, more) : settled,
      );
    const mine = this.#turn
      .then(() => this.#ask(key, target, scopes, more))
      .finally(() => this.#open.delete(key));
    this.#turn = mine.catch(() => undefined);
    this.#open.set(key, mine);
    return mine;
  }

  /** Asks whether it may go out. Never joined with another: each has its own content. */
  release(parts: ReleaseParts, more: More): Promise<Settled> {
    const key = releaseKey(parts.target, parts.closed.labels);
    const mine = this.#turn.then(() => this.#askRelease(key, parts, more));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #askRelease(key: string, parts: ReleaseParts, more: More): Promise<Settled> {
    const { consent, now } = this.#options;
    if (!more.open()) return { kind: "overtaken" };
    const why = this.#silent(key);
    if (why !== undefined || consent === null) return { kind: "suppressed", why: why ?? "" };
    const { target, scope, permission } = parts;
    const answer = await this.#put(target, [scope], more, releaseWords(parts));
    if (answer === undefined) return { kind: "suppressed", why: "it cannot be shown on this screen" };
    const { choice } = answer;
    if (choice !== "once" && choice !== "run")
      return this.#apply(key, choice === "stop" ? "stop" : "no", scope, now());
    this.#refusedInARow = 0;
    const settled = permission ? this.#apply(key, choice, scope, now()) : undefined;
    return {
      kind: "released",
      lasting: choice === "run",
      rule: settled?.kind === "granted" ? settled.rule : null,
    };
  }

  /** A monitor found something in what is about to leave. */
  async finding(target: Target, scope: Grant, what: string): Promise<Choice | "nobody"> {
    const key = `finding ${keyOf(target, [scope])}`;
    const mine = this.#turn.then(async (): Promise<Choice | "nobody"> => {
      if (this.#silent(key) !== undefined) return "nobody";
      const answer = await this.#put(target, [scope], { open: () => true }, findingWords(target, what));
      const choice = answer?.choice ?? "no";
      if (choice === "once" || choice === "run") this.#refusedInARow = 0;
      else this.#apply(key, choice === "stop" ? "stop" : "no", scope, this.#options.now());
      return choice;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** May what is labelled go to standard output, which is not the person's own terminal? */
  async output(labels: readonly string[], read: readonly string[]): Promise<boolean> {
    const mine = this.#turn.then(async (): Promise<boolean> => {
      if (this.#silent("output") !== undefined) return false;
      const answer = await this.#put(standardOutput, [], { open: () => true }, outputWords(labels, read));
      if (answer?.choice === "run") {
        this.#refusedInARow = 0;
        return true;
      }
      if (answer?.choice === "stop") this.#options.stop();
      this.#refuse("output");
      return false;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Counts and asks. */
  #put(
    target: Target,
    scopes: readonly Grant[],
    more: More,
    words: Partial<Question>,
  ): Promise<Answer | undefined> {
    const question: Question = {
      id: this.#next,
      who: this.#options.who,
      kind: target.kind,
      plain: plainWords(target),
      target: printTarget(target),
      ...(more.reason === undefined ? {} : { reason: more.reason }),
      ...(more.at === undefined ? {} : { at: more.at }),
      scopes: scopes.map((grant) => ({ label: labelOf(grant), grant: printGrant(grant) })),
      canRemember: this.#options.memory !== null,
      details: more.why === undefined ? [] : [more.why],
      ...words,
    };
    this.#next += 1;
    this.#asked += 1;
    return this.#options.consent?.ask(question, this.#options.signal) ?? Promise.resolve(undefined);
  }

  async #ask(key: string, target: Target, scopes: readonly Grant[], more: More): Promise<Settled> {
    const { consent, policy, now } = this.#options;
    if (!more.open()) return { kind: "overtaken" };
    const why = this.#silent(key);
    if (why !== undefined || consent === null) return { kind: "suppressed", why: why ?? "" };
    const whole = this.#options.wholeKinds === true ? this.#kinds.get(target.kind) : true;
    if (whole === false) return { kind: "suppressed", why: `everything of ${target.kind} was refused` };
    if (whole === undefined) return this.#askWhole(target, more);
    const combination = combinationOf(target, policy);
    const answer = await this.#put(target, scopes, more, combination === undefined ? {} : { combination });
    if (answer === undefined) return { kind: "suppressed", why: "it cannot be shown on this screen" };
    const grant = scopes[answer.scope ?? 0] ?? scopes[0];
    if (grant === undefined) return { kind: "refused" };
    return this.#apply(key, answer.choice, grant, now());
  }

  /** Yes is for everything of the kind that a bare grant covers; the target that was met is judged again under it. */
  async #askWhole(target: Target, more: More): Promise<Settled> {
    const grant: Grant = { effect: "allow", kind: target.kind, scope: null, options: {} };
    const answer = await this.#put(target, [grant], more, {
      combination: `a yes is for everything of ${target.kind} in this run, to learn what it needs; secrets and local addresses are asked about one by one`,
      canRemember: false,
      choices: ["no", "run"],
      details: [],
    });
    if (answer === undefined) return { kind: "suppressed", why: "it cannot be shown on this screen" };
    const yes = answer.choice === "run";
    this.#kinds.set(target.kind, yes);
    const settled = this.#apply(
      target.kind,
      yes || answer.choice === "stop" ? answer.choice : "no",
      grant,
      this.#options.now(),
    );
    return settled.kind === "granted" ? { kind: "overtaken" } : settled;
  }

  #apply(key: string, choice: Choice, grant: Grant, now: number): Settled {
    const { policy, memory } = this.#options;
    const granted = (
      options: Grant["options"],
      from: string,
      passing = false,
    ): Settled & { kind: "granted" } => {
      this.#refusedInARow = 0;
      return {
        kind: "granted",
        rule: policy.add({ ...grant, options: { ...grant.options, ...options } }, from, now, passing),
      };
    };
    switch (choice) {
      case "once":
        return granted({ uses: 1 }, "answer: this once", true);
      case "run":
        return granted({}, "answer: until the run ends");
      case "hour":
        return granted({ for: 3_600_000 }, "answer: for one hour");
      case "always": {
        const bind = memory?.remember(grant, "allow");
        const settled = granted({}, "answer: always");
        bind?.(settled.rule);
        return settled;
      }
      case "never": {
        const bind = memory?.remember(grant, "deny");
        const rule = policy.add({ ...grant, effect: "deny", options: {} }, "answer: never", now);
        bind?.(rule);
        return this.#refuse(key);
      }
      case "no":
        return this.#refuse(key);
      case "stop":
        this.#options.stop();
        return this.#refuse(key);
      default:
        return choice satisfies never;
    }
  }

  #refuse(key: string): Settled {
    this.#refusedInARow += 1;
    this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1);
    return { kind: "refused" };
  }
}

const releaseKey = (target: Target, labels: readonly string[]): string =>
  `release ${labels.join("+")} ${keyOf(target, scopesFor(target))}`;
