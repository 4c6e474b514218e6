/** The last words about a run, on stderr: what went wrong, where in the plugin's sources, and what would help. */

import type { SbxError } from "../../runtime/core/errors.ts";
import { errorTable, fail } from "../../runtime/core/errors.ts";
import { printGrant } from "../../runtime/core/grant.ts";
import type { GuestError } from "../../runtime/engine/message.ts";
import type { Policy } from "../../runtime/gate/policy.ts";
import type { RunOutcome } from "../../runtime/run.ts";
import type { CommandContext } from "../command.ts";
import type { RunOptions } from "../flags.ts";
import type { SourcePlace } from "../report.ts";
import type { Loaded } from "./program.ts";

export interface Ending {
  readonly outcome: RunOutcome;
  readonly options: RunOptions;
  readonly cx: CommandContext;
  readonly loaded: Loaded;
  readonly policy: Policy;
}

/** Loaded only when there is something to say. */
export async function sayEnd(ending: Ending): Promise<void> {
  const { outcome, cx } = ending;
  if (
    outcome.speaks &&
    outcome.end.kind === "done" &&
    outcome.dropped === 0 &&
    outcome.exit !== 76 &&
    outcome.findings.length === 0
  )
    return;
  const report = await import("../report.ts");
  const { styleFor } = await import("../style.ts");
  const style = styleFor(cx.err);
  const text = await wordsOf(ending, report, style);
  if (text !== "") await cx.err.write(text);
}

type Report = typeof import("../report.ts");
type Style = import("../style.ts").Style;

async function wordsOf(ending: Ending, report: Report, style: Style): Promise<string> {
  const { outcome } = ending;
  // The same words for whatever the run did: how much it printed and how it ended tell something, too.
  if (!outcome.speaks)
    return report.formatWarning(
      `what the run did and how it ended is not told here (sbx help flow): it carries ${outcome.labels.join(", ")}, and the reader of standard error is not cleared for it`,
      style,
    );
  const dropped =
    outcome.dropped > 0
      ? report.formatWarning(
          `${outcome.dropped} bytes of output were not printed: they carry ${outcome.labels.join(", ")}`,
          style,
        )
      : "";
  if (outcome.exit === 76)
    return (
      dropped +
      report.formatWarning(
        `how the run ended is not told: it carries ${outcome.labels.join(", ")}, and the reader of the exit code is not cleared for it`,
        style,
      )
    );
  const observed = outcome.findings
    .filter(({ action }) => action === "observe")
    .map(({ monitor, what, target }) =>
      report.formatWarning(`the monitor ${monitor} saw ${what} go to ${target}`, style),
    );
  return dropped + observed.join("") + endWords(ending, report, style);
}

function endWords(ending: Ending, report: Report, style: Style): string {
  const { end } = ending.outcome;
  switch (end.kind) {
    case "done":
      return "";
    case "error":
      return end.denial
        ? denialWords(ending, end.error, end.denial, report, style)
        : uncaughtWords(ending, end.error, report, style);
    case "limit": {
      const { remedy } = end.error.details;
      return report.formatLimit(
        { code: end.error.code, headline: end.error.message, ...(remedy === undefined ? {} : { remedy }) },
        style,
      );
    }
    case "contained":
      return report.formatWarning(`a monitor stopped the plugin: ${end.error.message}`, style);
    case "broken":
      return report.formatFailure(end.error, style);
    case "deadlock":
      return report.formatFailure(
        fail("E_INVALID", "the plugin waits for something that can never happen", {
          remedy: "an await at the top level has nothing left that could settle it",
        }),
        style,
      );
    case "stopped":
      return report.formatWarning(end.by === "person" ? "stopped by you" : "interrupted", style);
    default:
      return end satisfies never;
  }
}

function placeOf(loaded: Loaded, error: GuestError): SourcePlace | undefined {
  const [frame] = loaded.frames(error);
  if (!frame) return undefined;
  const source = loaded.sourceLine(frame.file, frame.line);
  return {
    file: frame.file,
    line: frame.line,
    column: frame.column,
    ...(source === undefined ? {} : { source }),
  };
}

function denialWords(
  { loaded, policy, options }: Ending,
  error: GuestError,
  denial: SbxError,
  report: Report,
  style: Style,
): string {
  const { kind, person } = denial.details;
  const place = placeOf(loaded, error);
  const granted = policy.rules
    .filter(({ grant, revoked }) => grant.effect === "allow" && grant.kind === kind && !revoked)
    .map(({ grant }) => printGrant(grant));
  const remedy = person?.remedy ?? denial.details.remedy;
  // Nothing was refused: a source failed, and only a person is told how.
  if (errorTable[denial.code].name === "Unavailable")
    return report.formatLoad(
      {
        code: denial.code,
        headline: denial.message,
        ...(place === undefined ? {} : { place }),
        notes: person?.why === undefined ? [] : [`its source says: ${person.why}`],
        ...(remedy === undefined ? {} : { remedy }),
      },
      style,
    );
  return report.formatDenial(
    {
      code: denial.code,
      headline: `${loaded.who} ${denial.message}`,
      ...(place === undefined ? {} : { place }),
      granted: [...new Set(granted)],
      asked: `${person?.resolved ?? denial.details.resource ?? ""}${person?.why ? ` (${person.why})` : ""}`,
      ...(remedy === undefined
        ? {}
        : {
            remedy: remedy.startsWith("--") ? report.commandWith(options, [remedy], process.argv0) : remedy,
          }),
      ...(person?.record === undefined ? {} : { record: person.record }),
    },
    style,
  );
}

function uncaughtWords({ loaded }: Ending, error: GuestError, report: Report, style: Style): string {
  const place = placeOf(loaded, error);
  const frames = loaded
    .frames(error)
    .map(({ name, file, line, column }) =>
      name === undefined ? `${file}:${line}:${column}` : `${name} (${file}:${line}:${column})`,
    );
  const { cause } = error;
  return report.formatUncaught(
    {
      name: error.name,
      message: error.message,
      ...(place === undefined ? {} : { place }),
      frames,
      ...(cause === undefined ? {} : { cause }),
      rejection: error.kind === "rejection",
    },
    style,
  );
}
