import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives the value of one environment variable, or null where there is none.",
  variants: ["has"],
  args: { name: s.text(1024) },
  result: s.nullable(s.text(1_048_576)),
  needs: ({ name }) => ({ variable: need.env(name) }),
  run: ({ name }, { variable }) => variable.get(name) ?? null,
  examples: [{ call: 'env.get("LANG")', grants: ["env=LANG"], gives: "C.UTF-8" }],
});
