/** structuredClone. */
export { structuredClone } from "../clone/clone.ts";
