/** What the options say about connections, read and checked before the run: the certificate authorities of --ca-file, the proxy. */
import { readFile } from "node:fs/promises";
import { fail } from "../../runtime/core/errors.ts";
import type { NetOptions } from "../../runtime/powers/net/net.ts";
import type { RunOptions } from "../flags.ts";
import { versionOf } from "../version.ts";

/** A bundle of every authority there is has some 250 kB. */
const MAX_CA_FILE = 8 * 1024 * 1024;

/** @throws E_USAGE for a file that cannot be read, or that holds anything but certificates in PEM (RFC 7468) */
export async function networkOptions(options: RunOptions): Promise<NetOptions> {
  const userAgent = `sbx/${versionOf().version}`;
  const proxy = options.proxy === undefined ? {} : { proxy: options.proxy };
  if (options.caFile === undefined) return { userAgent, ...proxy };
  return { userAgent, ...proxy, ca: await authorities(options.caFile) };
}

async function authorities(path: string): Promise<string[]> {
  const wrong = (why: string, remedy?: string, cause?: unknown) =>
    fail("E_USAGE", `--ca-file=${path}${why}`, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(cause === undefined ? {} : { cause }),
    });
  const text = await readFile(path, "latin1").catch((error: NodeJS.ErrnoException) => {
    throw wrong(` cannot be read (${error.code})`, "name a file of certificates in PEM");
  });
  if (text.length > MAX_CA_FILE) throw wrong(" is too large", `keep it under ${MAX_CA_FILE} bytes`);
  const blocks = text.match(/-----BEGIN ([^-\n]*)-----[^-]*-----END \1-----/g) ?? [];
  if (blocks.length === 0)
    throw wrong(
      " holds no certificate in PEM",
      `turn DER into PEM: openssl x509 -inform der -in FILE -out ca.pem`,
    );
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  for (const [at, block] of blocks.entries()) {
    if (!block.startsWith("-----BEGIN CERTIFICATE-----"))
      throw wrong(" holds something other than certificates", "keep only its BEGIN CERTIFICATE blocks");
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw wrong(`: certificate ${at + 1} of ${blocks.length} cannot be read`, undefined, cause);
    }
  }
  return blocks;
}
