/** Functions of the engine child that need no authority: text and bytes in, text, bytes or a number out, nothing kept
 *  between calls. They run beside the guest, in the sealed process; their arguments are hostile.
 *
 *  Text crosses the engine's border as a C string, so results that may hold U+0000 are JSON. */
import { digest } from "./digest.ts";
import { decodeText, encodeText, encodingOf } from "./text.ts";
import { parseForm, parseUrl, serializeForm, setUrl } from "./url.ts";

export type PureResult = string | Uint8Array | number;
export type PureFunction = (arg: string, bytes: Uint8Array | undefined) => PureResult;

const table: { readonly [name: string]: PureFunction } = Object.assign(Object.create(null), {
  "url.parse": parseUrl,
  "url.set": setUrl,
  "url.parseForm": parseForm,
  "url.serializeForm": serializeForm,
  "text.encode": encodeText,
  "text.label": encodingOf,
  "text.decode": decodeText,
  "crypto.digest": digest,
  "crypto.random": random,
});

/** Calls the pure function `name`. @throws TypeError for unknown names, and what the function throws: its message may
 *  be shown to the plugin. */
export function pure(name: string, arg: string, bytes?: Uint8Array): PureResult {
  const known = table[name];
  if (known === undefined) throw new TypeError(`no pure function ${name}`);
  return known(arg, bytes);
}

/** `arg` random bytes, at most 65536. */
function random(arg: string): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(Math.min(Number(arg) | 0, 65536)));
}
