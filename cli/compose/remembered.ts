/** Answers and grants that outlive the run: in force again, counted together with other runs, and lost as soon as somebody revokes them
 *  anywhere (CONTRACT 3, 4). */
import { watch } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../runtime/core/errors.ts";
import { type Grant, parseGrant, printGrant } from "../../runtime/core/grant.ts";
import type { Memory } from "../../runtime/gate/consent.ts";
import type { Policy, Rule } from "../../runtime/gate/policy.ts";
import type { Counts, Usage } from "../../runtime/gate/usage.ts";
import { type Answers, counterOf, type RememberedAnswer } from "../../runtime/powers/own/answers.ts";
import type { Ledger, Most } from "../../runtime/powers/own/ledger.ts";
import { clock } from "./clock.ts";
import { type GrantBases, grantContext, resolveGrant } from "./grants.ts";
import type { Loaded } from "./program.ts";

/** Uses that need no permission to happen are written down after this long, in ms, many at once. */
const LAZY = 500;

const counted = ({ options }: Grant): boolean =>
  options.uses !== undefined || options.maxBytes !== undefined || options.maxCalls !== undefined;

/** A grant's uses in the store. One with counters asks the store before each; of any other only the fact is noted. */
class StoredUsage implements Usage {
  readonly #ledger: Ledger;
  readonly #key: string;
  readonly #most: Most;
  readonly #counted: boolean;
  readonly #alive: () => void;
  #noted = { uses: 0, calls: 0 };
  #later: NodeJS.Timeout | undefined;
  counts: Counts = { uses: 0, calls: 0, bytes: 0 };

  constructor(ledger: Ledger, key: string, grant: Grant, alive: () => void) {
    const { uses, maxBytes, maxCalls } = grant.options;
    this.#ledger = ledger;
    this.#key = key;
    this.#most = { uses, calls: maxCalls, bytes: maxBytes };
    this.#counted = counted(grant);
    this.#alive = alive;
    if (this.#counted) this.counts = ledger.read(key) ?? this.counts;
  }

  take(opening: boolean): boolean {
    this.#alive();
    const step = { uses: opening ? 1 : 0, calls: 1 };
    if (!this.#counted) {
      this.#noted = { uses: this.#noted.uses + step.uses, calls: this.#noted.calls + 1 };
      this.#later ??= setTimeout(() => this.flush(), LAZY).unref();
      return true;
    }
    return this.#know(this.#ledger.take(this.#key, { ...step, now: clock.now() }, this.#most));
  }

  spend(bytes: number): boolean {
    this.#alive();
    return (
      this.#most.bytes === undefined ||
      this.#know(this.#ledger.spend(this.#key, bytes, clock.now(), this.#most))
    );
  }

  /** Writes down what was only noted. */
  flush(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#noted.calls === 0) return;
    const step = { ...this.#noted, now: clock.now() };
    this.#noted = { uses: 0, calls: 0 };
    this.#ledger.take(this.#key, step, {});
  }

  #know(counter: Counts | undefined): boolean {
    this.counts = counter ?? this.#ledger.read(this.#key) ?? this.counts;
    return counter !== undefined;
  }
}

/** A policy's grant: its counters and its time are the store's, whichever run uses it. Its text in its file is its name, so that a
 *  changed text begins anew. */
export function filedGrant(
  ledger: Ledger,
  file: string,
  grant: Grant,
): { readonly madeAt: number; readonly usage?: Usage } {
  const now = clock.now();
  const lasting = grant.options.for !== undefined;
  if (grant.effect !== "allow" || !(lasting || counted(grant))) return { madeAt: now };
  const key = `policy ${file} ${printGrant(grant)}`;
  const madeAt = lasting ? ledger.firstSeen(key, now) : now;
  return counted(grant) ? { madeAt, usage: new StoredUsage(ledger, key, grant, () => {}) } : { madeAt };
}

export interface RememberedParts {
  readonly answers: Answers;
  readonly ledger: Ledger;
  readonly loaded: Loaded;
  readonly policy: Policy;
  readonly bases: GrantBases;
}

/** Answers given to this very program, now and before. */
export class Remembered implements Memory {
  readonly #parts: RememberedParts;
  readonly #rules = new Map<string, Rule>();
  readonly #usages: StoredUsage[] = [];
  #stamp: string;
  #lost: (rules: readonly Rule[]) => void = () => {};
  #watching: { close(): void } | undefined;
  #followed = false;

  /** Puts the answers that there are in force. @throws E_UNAVAILABLE, E_INTEGRITY */
  constructor(parts: RememberedParts) {
    this.#parts = parts;
    this.#stamp = parts.answers.stamp();
    for (const answer of this.#mine()) this.#recall(answer);
  }

  remember(grant: Grant, effect: "allow" | "deny"): (rule: Rule) => void {
    const { answers, loaded } = this.#parts;
    const answer = answers.add({
      subject: loaded.subject,
      name: loaded.program.name,
      ...(loaded.place === undefined ? {} : { place: loaded.place }),
      effect,
      grant: printGrant(grant),
      time: new Date(clock.now()).toISOString(),
    });
    return (rule) => this.#bind(answer, rule);
  }

  /** From now on rules whose answers are revoked elsewhere are handed to `lost`, whether they are used or not. */
  follow(lost: (rules: readonly Rule[]) => void): void {
    this.#lost = lost;
    this.#followed = true;
    if (this.#rules.size > 0) this.#watch();
  }

  close(): void {
    this.#watching?.close();
    for (const usage of this.#usages) usage.flush();
    this.#parts.ledger.close();
  }

  #mine(): RememberedAnswer[] {
    const { answers, loaded } = this.#parts;
    return answers.list().filter(({ subject }) => subject === loaded.subject);
  }

  #recall(answer: RememberedAnswer): void {
    const { policy, bases } = this.#parts;
    for (const parsed of parseGrant(answer.grant, grantContext(bases), answer.effect)) {
      const from = `remembered answer ${answer.number}`;
      this.#bind(answer, policy.add(resolveGrant(parsed), from, Date.parse(answer.time)));
    }
  }

  #bind(answer: RememberedAnswer, rule: Rule): void {
    this.#rules.set(answer.id, rule);
    if (this.#followed) this.#watch();
    if (answer.effect === "deny") return;
    const usage = new StoredUsage(this.#parts.ledger, counterOf(answer), rule.grant, () => {
      this.#look();
      if (!this.#rules.has(answer.id)) throw fail("E_REVOKED", `${rule.from} was revoked`);
    });
    this.#usages.push(usage);
    rule.usage = usage;
  }

  /** Has anything changed? What is gone is lost, what was refused for ever elsewhere is refused here too. */
  #look(): void {
    const stamp = this.#parts.answers.stamp();
    if (stamp === this.#stamp) return;
    const mine = this.#mine();
    this.#stamp = stamp;
    const gone = [...this.#rules].filter(([id]) => !mine.some((answer) => answer.id === id));
    for (const [id] of gone) this.#rules.delete(id);
    for (const answer of mine)
      if (answer.effect === "deny" && !this.#rules.has(answer.id)) this.#recall(answer);
    this.#lost(gone.map(([, rule]) => rule));
  }

  #watch(): void {
    if (this.#watching) return;
    try {
      const watching = watch(dirname(this.#parts.answers.file), { persistent: false }, () =>
        this.#lookSafely(),
      );
      watching.on("error", () => {});
      this.#watching = watching;
    } catch {
      const timer = setInterval(() => this.#lookSafely(), LAZY).unref();
      this.#watching = { close: () => clearInterval(timer) };
    }
  }

  /** Answers that cannot be read any more are lost, all of them. */
  #lookSafely(): void {
    try {
      this.#look();
    } catch {
      const rules = [...this.#rules.values()].filter(({ grant }) => grant.effect === "allow");
      this.#rules.clear();
      this.#lost(rules);
    }
  }
}
