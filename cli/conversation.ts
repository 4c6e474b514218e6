/** One question from its first line to its answer, through as many views (another scope, details, another window size) as it takes. */
import type { ReadStream, WriteStream } from "node:tty";
import { escapeText } from "../runtime/core/escape.ts";
import type { AbortSignalLike } from "../runtime/core/powers.ts";
import type { Answer, Choice, Question } from "../runtime/gate/consent.ts";
import { choose, chooseByNumber } from "./choices.ts";
import { type Decision, type KeyOptions, Keys } from "./keys.ts";
import {
  type ChoiceLine,
  choicesFor,
  detailLines,
  headerLines,
  type Look,
  messageLines,
  rowsBelow,
} from "./question.ts";

export interface Screen extends Look {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** As it is now. */
  size(): { readonly columns: number; readonly rows: number };
  resized(then: () => void): () => void;
}

/** An answer, or that the person pressed Ctrl-C, or that the question does not fit the screen and was not asked. */
export type Outcome = Answer | "interrupted" | "unfit";

export class Conversation {
  readonly #question: Question;
  readonly #screen: Screen;
  readonly #signal: AbortSignalLike;
  readonly #choices: readonly ChoiceLine[];
  #size: ReturnType<Screen["size"]>;
  #scope = 0;
  #deaf = true;

  constructor(question: Question, screen: Screen, signal: AbortSignalLike) {
    this.#question = question;
    this.#screen = screen;
    this.#signal = signal;
    this.#choices = choicesFor(question);
    this.#size = screen.size();
  }

  async hold(): Promise<Outcome> {
    if (!this.#drawHeader()) return "unfit";
    for (;;) {
      const decision = await this.#ask();
      this.#deaf = false;
      const outcome = this.#outcome(decision);
      if (outcome !== undefined) return outcome;
      const left = await this.#otherView(decision);
      if (left !== undefined) return left;
    }
  }

  /** Another look at the same question; an outcome when the person left it from there. */
  async #otherView(decision: Decision): Promise<Outcome | undefined> {
    if (decision.do === "details") {
      const lines = detailLines(this.#question, this.#scope, this.#size.columns, this.#screen);
      this.#screen.output.write(`${lines.join("\n")}\n`);
      return undefined;
    }
    if (decision.do === "resize") return this.#redraw();
    const edited = await this.#edit();
    if (edited.do === "choose") this.#scope = edited.index;
    if (edited.do === "stop") return edited.interrupted ? "interrupted" : this.#answer("stop");
    return edited.do === "resize" ? this.#redraw() : undefined;
  }

  #drawHeader(): boolean {
    const { columns, rows } = this.#size;
    const header = headerLines(this.#question, columns, this.#screen);
    const below = rowsBelow(this.#question, this.#scope, columns, this.#screen);
    if (header === null || header.length + below > rows) return false;
    this.#screen.output.write(`${header.join("\n")}\n`);
    return true;
  }

  /** From the first line on, with first moments of its own. A window that became too small is told so, and waited for. */
  async #redraw(): Promise<Outcome | undefined> {
    this.#deaf = true;
    this.#size = this.#screen.size();
    if (this.#drawHeader()) return undefined;
    const decision = await this.#choose(
      "The window is too small for this question: make it larger, or answer No",
      ["No"],
      { lines: 1, commands: { e: false, d: false } },
      (done) => this.#remains(done),
    );
    if (decision.do === "resize") return this.#redraw();
    return decision.do === "stop" && decision.interrupted ? "interrupted" : this.#answer("no");
  }

  #ask(): Promise<Decision> {
    const message = messageLines(this.#question, this.#scope, this.#size.columns, this.#screen);
    const yes = this.#choices.findIndex(({ choice }) => choice === "once" || choice === "run");
    return this.#choose(
      message.join("\n"),
      this.#choices.map(({ label }) => label),
      { lines: this.#choices.length, yes, commands: { e: this.#question.scopes.length > 1, d: true } },
      (decision) => this.#remains(decision),
    );
  }

  #edit(): Promise<Decision> {
    const labels = this.#question.scopes.map(({ label }) => escapeText(label));
    this.#deaf = false;
    return this.#choose(
      "Which scope?",
      labels,
      { lines: labels.length, commands: { e: false, d: false } },
      (decision) => (decision.do === "choose" ? (labels[decision.index] ?? "") : "unchanged"),
    );
  }

  #choose(
    message: string,
    labels: readonly string[],
    options: Omit<KeyOptions, "openedAt" | "deaf">,
    outcome: (decision: Decision) => string,
  ): Promise<Decision> {
    const { input, output, plain, resized } = this.#screen;
    const keys = new Keys({ ...options, openedAt: performance.now(), deaf: this.#deaf, numbered: plain });
    const choosing = { input, output, ...this.#size, message, labels, keys, outcome, signal: this.#signal };
    // What was written line by line needs no drawing again.
    return plain
      ? chooseByNumber({ ...choosing, resized: () => () => undefined })
      : choose({ ...choosing, resized });
  }

  #answer(choice: Choice): Answer {
    return { choice, scope: this.#scope };
  }

  /** What a decision answers; undefined while it only asks for another view. */
  #outcome(decision: Decision): Outcome | undefined {
    switch (decision.do) {
      case "choose":
        return this.#answer(this.#choices[decision.index]?.choice ?? "no");
      case "word":
        return this.#answer(decision.word === "yes" ? this.#yes() : "no");
      case "refuse":
        return this.#answer("no");
      case "stop":
        return decision.interrupted ? "interrupted" : this.#answer("stop");
      case "edit":
      case "details":
      case "resize":
        return undefined;
      default:
        return decision satisfies never;
    }
  }

  #yes(): Choice {
    return this.#choices.find(({ choice }) => choice === "once" || choice === "run")?.choice ?? "no";
  }

  #remains(decision: Decision): string {
    const outcome = this.#outcome(decision);
    if (outcome === undefined) return decision.do === "edit" ? "another scope" : "details";
    if (outcome === "interrupted" || outcome === "unfit" || outcome.choice === "stop")
      return "stopped the plugin";
    return this.#choices.find(({ choice }) => choice === outcome.choice)?.done ?? "refused";
  }
}
