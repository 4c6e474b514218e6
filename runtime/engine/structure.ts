/** How much structure a JSON text has, found out without building any of it: eight million brackets in one message cost seconds to parse
 *  and to refuse, and the broker has no second to give. Pure. */

/** Shorter texts cannot hold enough to matter, in UTF-16 units. */
const SMALL = 64 * 1024;
/** A change of a thousand entries, or five hundred headers, is far below this. */
const MAX_VALUES = 50_000;
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Does it nest deeper, or hold more members and elements, than any call needs? Texts that are no JSON may get either answer. */
export function isIntricate(json: string): boolean {
  if (json.length <= SMALL) return false;
  let values = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at + 1);
        break;
      case 0x2c: // ,
        values += 1;
        if (values > MAX_VALUES) return true;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > MAX_DEPTH) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
    }
  }
  return false;
}

/** Where the string that began before `at` ends. */
function endOfString(json: string, from: number): number {
  let at = from;
  for (; at < json.length && json.charCodeAt(at) !== QUOTE; at += 1)
    if (json.charCodeAt(at) === BACKSLASH) at += 1;
  return at;
}
