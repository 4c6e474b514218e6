/** The inspector behind the console and behind `describe`: values as text for people. */
export { format } from "../inspect/format.ts";
export { inspect } from "../inspect/inspect.ts";
export { table } from "../inspect/table.ts";
