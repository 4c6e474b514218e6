/** A file that the policy says is not there: every method answers as if it were missing, in the words of a missing file. */
import type { Target } from "../../core/capability.ts";
import type { ReadPower } from "../../core/powers.ts";
import { type Doing, failure } from "./failure.ts";

export function absentFile({ words }: Target): ReadPower {
  const gone = (doing: Doing) =>
    failure(Object.assign(new Error("not there"), { code: "ENOENT" }), doing, words);
  const rejects = (doing: Doing) => (): Promise<never> => Promise.reject(gone(doing));
  return {
    exists: async () => false,
    bytes: rejects("read"),
    stat: rejects("look at"),
    list: rejects("list"),
    watch: rejects("watch"),
    realPath: () => {
      throw gone("look at");
    },
  };
}
