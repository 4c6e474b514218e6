/** Monitors stand behind the labels, not in front of them (FLOW 7): they look at what an operation is about to hand out, and can observe, ask or
 *  stop. They open nothing, and every finding is in the audit. Knows nothing of patterns: what looks is handed in. */
import { printTarget, type Target } from "../core/capability.ts";
import { fail, type SbxError } from "../core/errors.ts";
import { type Grant, printGrant } from "../core/grant.ts";
import { isSink } from "./flow.ts";
import { scopesFor } from "./remedy.ts";
import type { Seat } from "./seat.ts";
import type { GateWorld } from "./world.ts";

export const monitorActions = ["observe", "ask", "stop"] as const;
export type MonitorAction = (typeof monitorActions)[number];

export interface Monitor {
  readonly name: string;
  readonly action: MonitorAction;
  /** Plain words for what it found, without what it found. */
  look(text: string): Promise<readonly string[]>;
}

/** Something that a monitor saw. */
export interface Finding {
  readonly monitor: string;
  readonly action: MonitorAction;
  readonly what: string;
  /** Resolved, for people. */
  readonly target: string;
}

/** What an operation says of itself, and its body. */
export interface HandedOut {
  readonly said: string;
  readonly body: string;
}

/** Of what one operation hands out, in UTF-16 units; a longer one is looked at as far as this. */
const MOST = 8 * 1024 * 1024;
/** Of what was handed out before: what is cut in two is found across the cut. */
const TAIL = 512;
/** Destinations whose end is remembered, and findings that are kept to be told; each is in the audit anyway. */
const MOST_TAILS = 1000;
const MOST_FINDINGS = 100;

export class Monitors {
  readonly findings: Finding[] = [];
  readonly #monitors: readonly Monitor[];
  readonly #stop: (error: SbxError) => void;
  /** The end of what went to each destination before. */
  readonly #tails = new Map<string, string>();
  /** What a person let out until the run ends. */
  readonly #allowed = new Set<string>();

  /** @param stop ends the run */
  constructor(monitors: readonly Monitor[], stop: (error: SbxError) => void) {
    this.#monitors = monitors;
    this.#stop = stop;
  }

  get idle(): boolean {
    return this.#monitors.length === 0;
  }

  /** Looks at what is about to leave through these. @throws E_FLOW for what stays here */
  async watch(world: GateWorld, seats: readonly Seat[], out: () => HandedOut): Promise<void> {
    const sinks = seats.filter(({ target, hidden }) => !hidden && leaves(target));
    if (sinks.length === 0) return;
    const handed = out();
    for (const seat of sinks) await this.#watchOne(world, seat, handed);
  }

  async #watchOne(world: GateWorld, seat: Seat, { said, body }: HandedOut): Promise<void> {
    const scope = scopesFor(seat.target)[0] as Grant;
    const place = printGrant(scope);
    const joined = `${this.#tails.get(place) ?? ""}${body.slice(0, MOST)}`;
    const whole = `${said}\n${joined}`;
    for (const monitor of this.#monitors) {
      const found = await monitor.look(whole);
      if (found.length > 0) await this.#found(world, seat, scope, monitor, [...new Set(found)].join(", "));
    }
    this.#tails.delete(place);
    this.#tails.set(place, joined.slice(-TAIL));
    const [oldest] = this.#tails.keys();
    if (this.#tails.size > MOST_TAILS && oldest !== undefined) this.#tails.delete(oldest);
  }

  async #found(world: GateWorld, seat: Seat, scope: Grant, monitor: Monitor, what: string): Promise<void> {
    const { name, action } = monitor;
    const { target } = seat;
    const key = `${name} ${printGrant(scope)}`;
    if (this.#allowed.has(key)) return;
    if (this.findings.length < MOST_FINDINGS)
      this.findings.push({ monitor: name, action, what, target: printTarget(target) });
    const refused = fail(
      "E_FLOW",
      `the monitor "${name}" found ${what} in what would go to ${target.words}`,
      {
        kind: target.kind,
        resource: target.words,
        remedy: `a policy's "monitor" says what ${name} does`,
      },
    );
    switch (action) {
      case "observe":
        world.audit.flow("monitor", target, `${name} observed ${what}`);
        return;
      case "stop":
        world.audit.flow("monitor", target, `${name} stopped the run: ${what}`);
        this.#stop(fail("E_FLOW", `${name}: ${what} was about to go to ${printTarget(target)}`));
        throw refused;
      case "ask": {
        const answer = await world.asking.finding(target, scope, `it looks like ${what}`);
        const yes = answer === "once" || answer === "run";
        world.audit.flow("monitor", target, `${name} ${yes ? "let out" : "held back"} ${what} (${answer})`);
        if (answer === "run") this.#allowed.add(key);
        if (!yes) throw refused;
        return;
      }
      default:
        return action satisfies never;
    }
  }
}

/** The plugin's own store is not outside. */
const leaves = (target: Target): boolean =>
  isSink(target) && !(target.kind === "data" && target.dataset === "kv");
