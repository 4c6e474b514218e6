import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives every environment variable that the grants cover, as an object.",
  args: {},
  result: s.record(s.text(1_048_576)),
  needs: () => ({ variables: need.env("*") }),
  run: (_, { variables }) => variables.all(),
  examples: [
    { call: "env.toObject().then((all) => Object.keys(all))", grants: ["env=LANG"], gives: "[ 'LANG' ]" },
  ],
});
