/** The closed list of everything that can go wrong, as sbx names it to people, plugins, hosts and the audit.
 *  Knows titles, remedies, exit codes and the class a plugin sees; knows nothing of who throws or who prints. */

/** The classes that a plugin can catch, by `error.name`. */
export type GuestErrorName =
  | "PermissionDenied"
  | "FlowDenied"
  | "LimitExceeded"
  | "NotFound"
  | "AlreadyExists"
  | "InvalidArgument"
  | "ImportError"
  | "Unavailable"
  | "InternalError";

interface ErrorRow {
  readonly name: GuestErrorName;
  /** Exit code of a run that ends with it uncaught (CONTRACT 2). */
  readonly exit: number;
  readonly title: string;
  /** What helps in general; a thrower adds what helps in this case. */
  readonly remedy: string;
}

const row = (name: GuestErrorName, exit: number, title: string, remedy: string): ErrorRow => ({
  name,
  exit,
  title,
  remedy,
});

export const errorTable = {
  E_READ: row(
    "PermissionDenied",
    77,
    "reading a file or folder was not allowed",
    "grant it: --allow-read=PATH",
  ),
  E_WRITE: row(
    "PermissionDenied",
    77,
    "changing a file or folder was not allowed",
    "grant it: --allow-write=PATH",
  ),
  E_NET: row("PermissionDenied", 77, "a connection was not allowed", "grant it: --allow-net=HOST[:PORT]"),
  E_NET_LOCAL: row(
    "PermissionDenied",
    77,
    "an address that is not public needs a grant that names it",
    "name the address, a CIDR or localhost: --allow-net=127.0.0.1:8080, or add local=yes to the host's grant",
  ),
  E_DATA: row(
    "PermissionDenied",
    77,
    "using a data set was not allowed",
    "grant it: --allow-data=NAME or --allow-data=kv",
  ),
  E_ENV: row(
    "PermissionDenied",
    77,
    "reading an environment variable was not allowed",
    "grant it: --allow-env=NAME",
  ),
  E_HOST: row(
    "PermissionDenied",
    77,
    "calling the host application was not allowed",
    "grant it: --allow-host=FUNCTION",
  ),
  E_FLOW: row(
    "FlowDenied",
    77,
    "what was read may not go there",
    "clear the sink for the label: --clear=SINK:LABEL, or in a policy",
  ),
  E_EXPIRED: row("PermissionDenied", 77, "the grant has expired", "grant it again, or for longer: for=1h"),
  E_REVOKED: row("PermissionDenied", 77, "the grant was revoked", "grant it again"),
  E_LIMIT_TIME: row(
    "LimitExceeded",
    124,
    "a time limit was reached",
    "raise it: --timeout=, --cpu=, --request-timeout=",
  ),
  E_LIMIT_MEMORY: row("LimitExceeded", 125, "the memory limit was reached", "raise it: --memory=256mb"),
  E_LIMIT_STACK: row(
    "LimitExceeded",
    125,
    "the stack limit was reached",
    "recurse less deeply, or raise it: --stack=",
  ),
  E_LIMIT_OUTPUT: row(
    "LimitExceeded",
    125,
    "the output limit was reached",
    "print less, or raise it: --output=64mb",
  ),
  E_LIMIT_HANDLES: row(
    "LimitExceeded",
    125,
    "too many things are open at once",
    "close handles, or raise it: --handles=",
  ),
  E_LIMIT_CALLS: row(
    "LimitExceeded",
    125,
    "too many calls",
    "await earlier calls, or raise --inflight= or the grant's maxCalls=",
  ),
  E_LIMIT_BYTES: row(
    "LimitExceeded",
    125,
    "a byte limit was reached",
    "raise --body=, --traffic=, --kv= or the grant's maxBytes=",
  ),
  E_IMPORT: row(
    "ImportError",
    1,
    "the plugin could not be loaded",
    "import only files below the plugin's folder, its own node_modules, and sbx: modules",
  ),
  E_INTEGRITY: row("InternalError", 65, "a file is damaged or was changed", "restore it from its source"),
  E_SIGNATURE: row(
    "InternalError",
    65,
    "a signature is missing or does not hold",
    "ask the publisher for a signed package",
  ),
  E_MANIFEST: row("InternalError", 78, "the manifest is not valid", "correct the line named in the message"),
  E_POLICY: row("InternalError", 78, "the policy is not valid", "correct the line named in the message"),
  E_CATALOG: row("InternalError", 78, "the catalog is not valid", "correct the line named in the message"),
  E_USAGE: row("InternalError", 2, "the command line is not right", "see sbx help"),
  E_NOT_FOUND: row("NotFound", 66, "there is no such thing", "check the name"),
  E_EXISTS: row("AlreadyExists", 1, "it exists already", "choose another name, or remove it first"),
  E_INVALID: row("InvalidArgument", 1, "an argument is not valid", "see the documentation of the operation"),
  E_UNAVAILABLE: row("Unavailable", 69, "something this needs is not available", "see the message"),
  E_INTERNAL: row("InternalError", 70, "a defect in sbx itself", "please report it, with the audit record"),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorDetails {
  /** The kind of need that was refused. */
  readonly kind?: string;
  /** The thing it was about, in the words of whoever asked for it. */
  readonly resource?: string;
  /** What would help in this very case; printed ready to paste. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** More for a person to read below the message, a line each: where in a file, what else is wrong in it. */
  readonly lines?: readonly string[];
  /** The same refusal as a person may read it. Never sent to a plugin. */
  readonly person?: ForPerson;
}

export interface ForPerson {
  /** The resolved name. */
  readonly resolved: string;
  readonly remedy: string;
  readonly why?: string;
  /** Id of the audit record. */
  readonly record?: string;
}

/** An error of the list. `message` is written for whoever asked; it names no path or fact that they could not know. */
export class SbxError extends Error {
  override readonly name: GuestErrorName;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.name = errorTable[code].name;
    this.details = details;
  }

  /** What a plugin sees: plain data, no cause, no stack of sbx. */
  toGuest(): {
    name: string;
    code: string;
    message: string;
    kind?: string;
    resource?: string;
    remedy?: string;
  } {
    const { kind, resource, remedy } = this.details;
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(kind === undefined ? {} : { kind }),
      ...(resource === undefined ? {} : { resource }),
      ...(remedy === undefined ? {} : { remedy }),
    };
  }
}

export const fail = (code: ErrorCode, message: string, details?: ErrorDetails): SbxError =>
  new SbxError(code, message, details);

export const isSbxError = (value: unknown): value is SbxError => value instanceof SbxError;

/** Exit code for an uncaught error by its code; unknown codes are a plugin's own error. */
export function exitCodeOf(code: string | undefined): number {
  return code !== undefined && Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].exit : 1;
}
