/** Something that the run opened before is used again: the needs with which it was opened, on the side that is used now, to be judged
 *  again. What was closed since is refused at each use, for everybody to see. */
import type { HandleNeed } from "../core/capability.ts";
import { fail, isSbxError } from "../core/errors.ts";
import type { Audit } from "./audit.ts";
import { isSink, isSource } from "./flow.ts";
import type { Handles } from "./handles.ts";
import type { LiveLease } from "./lease.ts";
import { Seat } from "./seat.ts";

/** @throws E_INVALID; what ended it */
export function recall(handles: Handles, audit: Audit, key: string, need: HandleNeed): Seat[] {
  const record = handles.get(need.handle, need.type);
  const used = record.leases.filter(
    ({ target }) => need.side === "any" || (need.side === "in" ? isSource(target) : isSink(target)),
  );
  if (used.length === 0 && record.leases.length > 0)
    throw fail("E_INVALID", "it was not opened for this", { kind: need.type });
  return used.map((lease) => {
    checkUsable(lease, audit);
    return new Seat({
      key,
      target: lease.target,
      lease,
      opening: false,
      open: async () => record.object,
      release: () => undefined,
      absent: () => undefined,
    });
  });
}

function checkUsable(lease: LiveLease, audit: Audit): void {
  try {
    lease.alive();
  } catch (error) {
    if (isSbxError(error)) {
      const rule = error.code === "E_FLOW" ? "flow" : error.message;
      audit.decision(lease.operation, lease.target, "denied", rule, error.code);
    }
    throw error;
  }
}
