import { askedOf, defineOp, descriptorShape, standingShape } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Tells whether something would be granted, would be asked, or would be denied, without asking anybody.",
  args: { ...descriptorShape },
  result: standingShape,
  needs: () => ({}),
  run: (descriptor, _, cx) => cx.run.query(askedOf(descriptor)),
  examples: [
    {
      call: 'permissions.query({ name: "read", path: "notes.md" }).then((status) => status.state)',
      grants: ["read=./notes.md"],
      gives: "granted",
    },
  ],
});
