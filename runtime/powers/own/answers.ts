/** Remembered answers ("always", "never"), by subject: a plugin's id and publisher key, or a script's content hash. One JSON file,
 *  replaced whole, so that it is the old or the new one; changed by one process at a time, so that no answer is lost. */
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../core/errors.ts";
import type { Ledger } from "./ledger.ts";
import { makeFolder } from "./makeFolder.ts";

export interface RememberedAnswer {
  readonly id: string;
  /** For people: counts up from 1 and is never used again. */
  readonly number: number;
  readonly subject: string;
  /** For people: the script or plugin as it was called. */
  readonly name: string;
  /** The script's absolute path, where it had one. */
  readonly place?: string;
  readonly effect: "allow" | "deny";
  /** In the grammar of grants, with absolute scopes. */
  readonly grant: string;
  /** ISO 8601; when it was given. */
  readonly time: string;
}

export interface Answers {
  readonly file: string;
  list(): RememberedAnswer[];
  add(answer: Omit<RememberedAnswer, "id" | "number">): RememberedAnswer;
  /** Forgets those; gives the ones that were there. */
  remove(ids: readonly string[]): readonly RememberedAnswer[];
  /** Changes whenever the file does. Cheap. */
  stamp(): string;
}

/** The name under which an answer's use is counted. */
export const counterOf = (answer: Pick<RememberedAnswer, "id">): string => `answer ${answer.id}`;

interface File {
  readonly version: 1;
  /** The next number. */
  readonly next: number;
  readonly answers: readonly RememberedAnswer[];
}

export function rememberedAnswers(file: string, ledger: Ledger): Answers {
  const change = (work: (now: File) => File): void =>
    ledger.exclusive(() => {
      const now = read(file);
      const then = work(now);
      if (then !== now) save(file, then);
    });
  return {
    file,
    list: () => [...read(file).answers],
    add(answer) {
      let made: RememberedAnswer | undefined;
      change(({ next, answers }) => {
        made = { id: randomUUID().slice(0, 8), number: next, ...answer };
        const rest = answers.filter((old) => old.subject !== answer.subject || old.grant !== answer.grant);
        return { version: 1, next: next + 1, answers: [...rest, made] };
      });
      return made as unknown as RememberedAnswer;
    },
    remove(ids) {
      let gone: readonly RememberedAnswer[] = [];
      change((now) => {
        gone = now.answers.filter(({ id }) => ids.includes(id));
        const answers = now.answers.filter(({ id }) => !ids.includes(id));
        return gone.length === 0 ? now : { ...now, answers };
      });
      for (const answer of gone) ledger.forget(counterOf(answer));
      return gone;
    },
    stamp() {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? "none" : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
    },
  };
}

function read(file: string): File {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, next: 1, answers: [] };
    throw fail("E_UNAVAILABLE", `the remembered answers cannot be read: ${file}`, {
      cause: error,
      remedy: "make the file readable for you, or let SBX_HOME name a folder of your own",
    });
  }
  try {
    const parsed = JSON.parse(text) as { version: number; next?: number; answers: RememberedAnswer[] };
    if (parsed.version !== 1 || !Array.isArray(parsed.answers)) throw new Error("version");
    const answers = parsed.answers.map((answer, i) => ({ ...answer, number: answer.number ?? i + 1 }));
    return { version: 1, next: parsed.next ?? answers.length + 1, answers };
  } catch (error) {
    throw fail("E_INTEGRITY", `the remembered answers are damaged: ${file}`, {
      cause: error,
      remedy: "move the file away; answers will be asked again",
    });
  }
}

function save(file: string, content: File): void {
  makeFolder(dirname(file));
  const beside = `${file}.${randomUUID()}`;
  writeFileSync(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(beside, file);
}
