/** `sbx:net`: HTTP to hosts that a grant names. */
import { fetch as send } from "sbx:chunk/fetch";

/** Sends a request, as the global `fetch` does: they are the same function. @throws PermissionDenied, LimitExceeded, Unavailable */
export const fetch: typeof globalThis.fetch = send;
