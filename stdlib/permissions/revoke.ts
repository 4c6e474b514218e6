import { askedOf, defineOp, descriptorShape, standingShape } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives back every grant that covers something or lies inside it; what is open under them ends.",
  args: { ...descriptorShape },
  result: standingShape,
  needs: () => ({}),
  run: (descriptor, _, cx) => cx.run.revoke(askedOf(descriptor)),
  examples: [
    {
      call: 'permissions.revoke({ name: "read", path: "notes.md" }).then((status) => status.state)',
      grants: ["read=./notes.md"],
      gives: "denied",
    },
  ],
});
