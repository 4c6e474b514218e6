/** One question from its first line to its answer, through as many views (another scope, details) as the person asks for. */
import type { ReadStream, WriteStream } from "node:tty";
import { escapeText } from "../runtime/core/escape.ts";
import type { AbortSignalLike } from "../runtime/core/powers.ts";
import type { Answer, Choice, Question } from "../runtime/gate/consent.ts";
import { choose } from "./choices.ts";
import { type Decision, Keys } from "./keys.ts";
import { type ChoiceLine, choicesFor, detailLines, headerLines, keyHelp, questionLine } from "./question.ts";
import type { Style } from "./style.ts";

export interface Screen {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
}

/** An answer, or that the person pressed Ctrl-C, or that the question does not fit the screen and was not asked. */
export type Outcome = Answer | "interrupted" | "unfit";

/** Lines that are drawn around the choices: bar, question, at least five of them, end. */
const LEAST_ROWS_BELOW = 9;

export class Conversation {
  readonly #question: Question;
  readonly #screen: Screen;
  readonly #signal: AbortSignalLike;
  readonly #choices: readonly ChoiceLine[];
  #scope = 0;
  #deaf = true;

  constructor(question: Question, screen: Screen, signal: AbortSignalLike) {
    this.#question = question;
    this.#screen = screen;
    this.#signal = signal;
    this.#choices = choicesFor(question);
  }

  async hold(): Promise<Outcome> {
    const { columns, rows, style, output } = this.#screen;
    const header = headerLines(this.#question, columns, style);
    if (header === null || header.length + LEAST_ROWS_BELOW > rows) return "unfit";
    output.write(`${header.join("\n")}\n`);
    for (;;) {
      const decision = await this.#ask();
      this.#deaf = false;
      const outcome = this.#outcome(decision);
      if (outcome !== undefined) return outcome;
      if (decision.do === "details") {
        output.write(`${detailLines(this.#question, this.#scope, columns).join("\n")}\n`);
      } else {
        const edited = await this.#edit();
        if (edited.do === "choose") this.#scope = edited.index;
        if (edited.do === "stop") return edited.interrupted ? "interrupted" : this.#answer("stop");
      }
    }
  }

  #ask(): Promise<Decision> {
    const { style } = this.#screen;
    const help = style.dim(keyHelp(this.#question));
    return this.#choose(
      `${questionLine(this.#question, this.#scope)}  ${help}`,
      this.#choices.map(({ label }) => label),
      new Keys({
        lines: this.#choices.length,
        yes: this.#choices.findIndex(({ choice }) => choice === "once"),
        openedAt: performance.now(),
        commands: { e: this.#question.scopes.length > 1, d: true },
        deaf: this.#deaf,
      }),
      (decision) => this.#remains(decision),
    );
  }

  #edit(): Promise<Decision> {
    const labels = this.#question.scopes.map(({ label }) => escapeText(label));
    return this.#choose(
      "Which scope?",
      labels,
      new Keys({
        lines: labels.length,
        openedAt: performance.now(),
        commands: { e: false, d: false },
        deaf: false,
      }),
      (decision) => (decision.do === "choose" ? (labels[decision.index] ?? "") : "unchanged"),
    );
  }

  #choose(
    message: string,
    labels: readonly string[],
    keys: Keys,
    outcome: (decision: Decision) => string,
  ): Promise<Decision> {
    const { input, output } = this.#screen;
    return choose({ input, output, message, labels, keys, outcome, signal: this.#signal });
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
        return this.#answer(decision.word === "yes" ? "once" : "no");
      case "refuse":
        return this.#answer("no");
      case "stop":
        return decision.interrupted ? "interrupted" : this.#answer("stop");
      case "edit":
      case "details":
        return undefined;
      default:
        return decision satisfies never;
    }
  }

  #remains(decision: Decision): string {
    const outcome = this.#outcome(decision);
    if (outcome === undefined) return decision.do === "edit" ? "another scope" : "details";
    if (outcome === "interrupted" || outcome === "unfit" || outcome.choice === "stop")
      return "stopped the plugin";
    return this.#choices.find(({ choice }) => choice === outcome.choice)?.done ?? "refused";
  }
}
