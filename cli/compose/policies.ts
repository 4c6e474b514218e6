/** The policies of a run (CONTRACT 9): the machine's, $SBX_POLICY's, --policy's, read and held against the plugin that is to run. A policy
 *  that cannot be read stops the run. */
import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { fail, isSbxError } from "../../runtime/core/errors.ts";
import {
  checkTrust,
  type Identity,
  type InForce,
  inForce,
  type Surroundings,
} from "../../runtime/gate/inForce.ts";
import type { RunLimits } from "../../runtime/gate/limits.ts";
import type { PolicyFile } from "../../runtime/gate/policyFile.ts";
import { type GrantBases, grantContext } from "./grants.ts";
import type { Loaded } from "./program.ts";

export interface FiledPolicy {
  readonly path: string;
  readonly policy: PolicyFile;
}

/** What applies to one plugin. */
export interface PolicySet {
  readonly files: readonly string[];
  readonly rules: readonly InForce[];
}

/** Larger ones are not policies, in bytes. */
const MAX_SIZE = 4 * 1024 * 1024;

export const machinePolicy = (): string => {
  switch (process.platform) {
    case "win32":
      return `${process.env.ProgramData ?? "C:/ProgramData"}/sbx/policy.json`;
    case "darwin":
      return "/Library/Application Support/sbx/policy.json";
    default:
      return "/etc/sbx/policy.json";
  }
};

/** Highest first. @throws E_POLICY */
export async function loadPolicies(named: string | undefined, bases: GrantBases): Promise<FiledPolicy[]> {
  const machine = readMachine(machinePolicy());
  return [
    ...(machine === undefined ? [] : [await parsed(machinePolicy(), machine, bases)]),
    ...(process.env.SBX_POLICY ? [await loadPolicy(process.env.SBX_POLICY, bases)] : []),
    ...(named === undefined ? [] : [await loadPolicy(named, bases)]),
  ];
}

/** @throws E_POLICY */
export const loadPolicy = (path: string, bases: GrantBases): Promise<FiledPolicy> =>
  parsed(path, read(path), bases);

async function parsed(path: string, text: string, bases: GrantBases): Promise<FiledPolicy> {
  const { parsePolicy } = await import("../../runtime/gate/policyFile.ts");
  const context = grantContext({ ...bases, folder: dirname(resolve(path)) });
  return { path: resolve(path), policy: parsePolicy(text, path, context) };
}

/** @param check of what was opened, before it is believed */
function read(path: string, check: (stats: Stats) => void = () => {}): string {
  let bytes: Uint8Array;
  try {
    const fd = openSync(path, "r");
    try {
      check(fstatSync(fd));
      if (fstatSync(fd).size > MAX_SIZE) throw Object.assign(new Error("too large"), { code: "EFBIG" });
      bytes = readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw isSbxError(error) ? error : unreadable(path, (error as NodeJS.ErrnoException).code, error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(path, "it is not UTF-8 text");
  }
}

const unreadable = (path: string, why: string | undefined, cause?: unknown) =>
  fail("E_POLICY", `the policy ${path} cannot be read (${why}), so nothing is run`, {
    cause,
    remedy: "name a readable policy file",
  });

/** undefined: this machine has none. One that just anybody may change says nothing. */
function readMachine(path: string): string | undefined {
  try {
    return read(path, ({ uid, mode }) => {
      const foreign = uid !== 0 && uid !== process.getuid?.();
      if (process.platform !== "win32" && (foreign || (mode & 0o002) !== 0))
        throw fail("E_POLICY", `others may change the policy ${path}, so nothing is run`, {
          remedy: `chown root ${path} && chmod o-w ${path}`,
        });
    });
  } catch (error) {
    const { code } = ((isSbxError(error) ? error.details.cause : error) as { code?: string }) ?? {};
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** A command line has a user, and the desktop session that it was started from; no host application. */
export const surroundings: Surroundings = {
  get user() {
    try {
      return userInfo().username;
    } catch {
      return process.getuid === undefined ? null : String(process.getuid());
    }
  },
  host: null,
  get session() {
    return process.env.XDG_SESSION_DESKTOP || process.env.DESKTOP_SESSION || null;
  },
};

/** A script has neither id nor publisher. */
export function identityOf({ program }: Pick<Loaded, "program">): Identity {
  return scriptOf(program.contentHash);
}

/** @param content `sha256-` and hex */
export function scriptOf(content: string): Identity {
  const base64 = Buffer.from(content.slice("sha256-".length), "hex").toString("base64");
  return { id: null, publisher: null, content: [content, `sha256-${base64}`] };
}

/** @throws E_SIGNATURE where one does not trust this plugin */
export function policiesFor(
  filed: readonly FiledPolicy[],
  loaded: Pick<Loaded, "program" | "who">,
): PolicySet {
  const who = identityOf(loaded);
  for (const { policy } of filed) checkTrust(policy, who, loaded.who);
  return {
    files: filed.map(({ path }) => path),
    rules: filed.map(({ policy }) => inForce(policy, who, surroundings)),
  };
}

/** The smallest of every limit that any policy states; what was asked for counts only below it. */
export function cappedLimits(asked: RunLimits, policies: PolicySet): RunLimits {
  const limits: Record<string, number> = { ...asked };
  for (const stated of policies.rules.flatMap((rules) => rules.limits))
    for (const [name, most] of Object.entries(stated)) {
      const now = limits[name] ?? 0;
      limits[name] = name === "timeout" && now === 0 ? most : Math.min(now, most);
    }
  return limits as unknown as RunLimits;
}
