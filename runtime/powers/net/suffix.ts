/** Public suffixes: names directly under which anybody can register, so that a wildcard there covers strangers. The only file that
 *  knows the list (publicsuffix.org, with its private section: `*.github.io` covers strangers too); large, so load it lazily. */
import { getPublicSuffix } from "tldts";

/** Never delegated (RFC 2606, RFC 6761, RFC 6762, ICANN 2024): what lies under them belongs to whoever runs the network. */
const notPublic = new Set([
  "example",
  "home",
  "internal",
  "invalid",
  "lan",
  "local",
  "localhost",
  "corp",
  "test",
]);

/** Whether `*.name` would cover names of different owners. `name` in the URL standard's form. */
export const isPublicSuffix = (name: string): boolean =>
  !notPublic.has(name) &&
  getPublicSuffix(name, { allowPrivateDomains: true, validateHostname: false }) === name;
