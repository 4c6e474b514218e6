import { askedOf, defineOp, descriptorShape, s, standingShape } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Asks for something before it is needed, where there is somebody to ask; tells how it stands then.",
  args: { ...descriptorShape, reason: s.optional(s.text(65_536)) },
  result: standingShape,
  needs: () => ({}),
  run: ({ reason, ...descriptor }, _, cx) => cx.run.request(askedOf(descriptor), reason, cx.at),
  examples: [
    {
      call: 'permissions.request({ name: "read", path: "notes.md" }).then((status) => status.state)',
      grants: ["read=./notes.md"],
      gives: "granted",
    },
  ],
});
