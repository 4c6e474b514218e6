/** Keeps variables that steer Node, OpenSSL, libuv and esbuild from steering sbx. Acts when it is imported, which must
 *  come before anything else: with NODE_DEBUG, loading a module already prints.
 *
 *  The executable itself ignores `NODE_OPTIONS` and sets its own options (`scripts/sea.ts`). Here go the others: those
 *  that only act when something reads them later are deleted; those that act from Node's start-up on are got rid of by
 *  starting again without them. Proxy variables stay visible, and nothing reads them.
 *
 *  Left to others: certificates of `NODE_EXTRA_CA_CERTS` are known to Node by now; whoever opens a TLS connection sets
 *  the bundled ones as the default first. Out of reach: with `NODE_REPL_EXTERNAL_MODULE` Node refuses to start. */

/** Read by Node before the first line of JavaScript, so that deleting them is too late. */
const ALREADY_ACTED = [
  "NODE_COMPILE_CACHE",
  "NODE_DEBUG",
  "NODE_DEBUG_NATIVE",
  "NODE_ICU_DATA",
  "NODE_V8_COVERAGE",
];

const STEERS = /^(NODE_(?!ENV$)|OPENSSL_|SSL_CERT_|SSLKEYLOGFILE$|UV_|ESBUILD_)/;

const acted = ALREADY_ACTED.some((name) => process.env[name]);
for (const name of Object.keys(process.env)) if (STEERS.test(name)) delete process.env[name];
if (acted) startAgain(process.argv.slice(2));

/** Runs the same command in the environment as it is now. Never returns. */
function startAgain(argv: readonly string[]): never {
  if (process.platform !== "win32") process.execve?.(process.execPath, [process.argv0, ...argv], process.env);
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status } = spawnSync(process.execPath, [...argv], { stdio: "inherit", env: process.env });
  process.exit(status ?? 70);
}
