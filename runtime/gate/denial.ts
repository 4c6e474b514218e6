/** A denial as an error: what the plugin hears, in its own words, and what the person is told besides, resolved. */
import { type Kind, printTarget, type Target } from "../core/capability.ts";
import { type ErrorCode, fail, type SbxError } from "../core/errors.ts";

const verbs: Record<Kind, string> = {
  read: "read",
  write: "change",
  net: "connect to",
  data: "use the data set",
  env: "read the variable",
  host: "call",
};

/** `remedy` is the person's, `told` the plugin's. */
export function denial(
  target: Target,
  code: ErrorCode,
  remedy: string,
  told: string,
  record?: string,
  why?: string,
): SbxError {
  return fail(code, `may not ${verbs[target.kind]} ${target.words}`, {
    kind: target.kind,
    resource: target.words,
    remedy: told,
    person: {
      resolved: printTarget(target),
      remedy,
      ...(why === undefined ? {} : { why }),
      ...(record === undefined ? {} : { record }),
    },
  });
}
