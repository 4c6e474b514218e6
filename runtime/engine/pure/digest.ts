/** Digests of bytes at hand. */

const NAMES: { readonly [name: string]: string } = Object.assign(Object.create(null), {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
});

/** Digest of `bytes` by the algorithm's Web Crypto name. @throws RangeError for another name. */
export function digest(name: string, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const known = NAMES[name];
  if (known === undefined) throw new RangeError("unrecognised digest algorithm");
  // Loaded here, because a run that digests nothing has no use for it and it costs 6 ms.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash(known).update(bytes).digest();
}
