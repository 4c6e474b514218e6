import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Chooses the code with which the run ends when nothing fails.",
  args: { code: s.int(0, 63) },
  result: s.nothing(),
  needs: () => ({}),
  run: ({ code }, _, cx) => {
    cx.run.setExitCode(code);
    return null;
  },
  examples: [{ call: "plugin.exitCode(3)", grants: [], gives: "undefined" }],
});
