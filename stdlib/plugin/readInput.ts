import { defineOp, s, withBytes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Reads from the run's standard input; `done` at its end.",
  args: { max: s.int(1, 1_048_576) },
  result: s.object({ done: s.bool() }),
  needs: () => ({}),
  run: async ({ max }, _, cx) => {
    const { bytes, done } = await cx.run.readInput(max);
    return withBytes({ done }, bytes);
  },
  examples: [{ call: "plugin.stdin.text()", grants: [], gives: "" }],
});
