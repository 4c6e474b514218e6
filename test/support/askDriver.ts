/** Shows questions through the real terminal and prints the answers: `node askDriver.ts '[{…question…}]' [holdMs]`. */
import { terminalConsent } from "../../cli/terminal.ts";
import type { Question } from "../../runtime/gate/consent.ts";

const questions = JSON.parse(process.argv[2] ?? "[]") as Partial<Question>[];
const interrupted = { times: 0 };
const consent = terminalConsent({
  noPrompt: process.argv.includes("--no-prompt"),
  env: process.env,
  interrupt: () => {
    interrupted.times += 1;
  },
});
if (consent === null) console.log("ANSWER nobody");
const answers = questions.map((question, id) =>
  consent?.ask(
    {
      id,
      who: "notes.ts",
      kind: "read",
      plain: `read ${question.target ?? "/home/ada/notes"}`,
      target: "/home/ada/notes",
      scopes: [{ label: "this file", grant: `read=${question.target ?? "/home/ada/notes"}` }],
      canRemember: true,
      details: [],
      ...question,
    },
    AbortSignal.timeout(Number(process.env.WITHDRAW_AFTER ?? 60_000)),
  ),
);
for (const [i, answer] of answers.entries())
  console.log(`ANSWER ${i} ${JSON.stringify((await answer) ?? "unfit")}`);
console.log(`INTERRUPTED ${interrupted.times}`);
process.exit(0);
