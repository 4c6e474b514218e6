/** Remembered answers ("always", "never"), by subject: a plugin's id and publisher key, or a script's content hash. One JSON file,
 *  replaced whole, so that it is the old or the new one. */
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../core/errors.ts";
import { makeFolder } from "./makeFolder.ts";

export interface RememberedAnswer {
  readonly id: string;
  readonly subject: string;
  /** For people: the script or plugin as it was called. */
  readonly name: string;
  readonly effect: "allow" | "deny";
  /** In the grammar of grants, with absolute scopes. */
  readonly grant: string;
  readonly time: string;
}

export interface Answers {
  list(): RememberedAnswer[];
  add(answer: Omit<RememberedAnswer, "id">): void;
  /** false: there is none of that id. */
  remove(id: string): boolean;
}

export function rememberedAnswers(file: string): Answers {
  const list = (): RememberedAnswer[] => {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw fail("E_UNAVAILABLE", `the remembered answers cannot be read: ${file}`, {
        cause: error,
        remedy: "make the file readable for you, or let SBX_HOME name a folder of your own",
      });
    }
    try {
      const parsed = JSON.parse(text) as { version: number; answers: RememberedAnswer[] };
      if (parsed.version !== 1 || !Array.isArray(parsed.answers)) throw new Error("version");
      return parsed.answers;
    } catch (error) {
      throw fail("E_INTEGRITY", `the remembered answers are damaged: ${file}`, {
        cause: error,
        remedy: "move the file away; answers will be asked again",
      });
    }
  };
  const save = (answers: readonly RememberedAnswer[]): void => {
    makeFolder(dirname(file));
    const beside = `${file}.${randomUUID()}`;
    writeFileSync(beside, `${JSON.stringify({ version: 1, answers }, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    renameSync(beside, file);
  };
  return {
    list,
    add(answer) {
      const rest = list().filter((old) => old.subject !== answer.subject || old.grant !== answer.grant);
      save([...rest, { id: randomUUID().slice(0, 8), ...answer }]);
    },
    remove(id) {
      const all = list();
      const rest = all.filter((answer) => answer.id !== id);
      if (rest.length !== all.length) save(rest);
      return rest.length !== all.length;
    },
  };
}
