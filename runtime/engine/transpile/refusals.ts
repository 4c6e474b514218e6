/** Why an import is refused, in words for the plugin's author. Pure.
 *  `shown` is the specifier as written, quoted and clipped. */

/** Names of Node's modules, for the hint only: what is refused does not depend on this list. */
const nodeModules = new Set(
  (
    "assert async_hooks buffer child_process cluster console constants crypto dgram dns domain events fs http http2 https " +
    "inspector module net os path perf_hooks process punycode querystring readline repl sea sqlite stream string_decoder " +
    "sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib"
  ).split(" "),
);

const instead: { readonly [name: string]: string } = {
  fs: "use sbx:fs",
  http: "use sbx:net, or the global fetch",
  https: "use sbx:net, or the global fetch",
  net: "use sbx:net",
  events: "use sbx:events, or the global EventTarget",
  process: "use sbx:env and sbx:plugin",
  crypto: "use the global crypto",
  url: "use the global URL",
  util: "use the globals TextEncoder, TextDecoder and structuredClone",
  timers: "use the global setTimeout",
  test: "use sbx:test",
  sqlite: "use sbx:data",
};

const allowed =
  "a plugin imports only files below its own folder, packages in its own node_modules, and sbx: modules";

const nodeModule = (shown: string, name: string): string => {
  const hint = instead[name.split("/")[0] ?? ""];
  return `${shown} is a module of Node, which plugins cannot reach${hint === undefined ? "" : `: ${hint}`}`;
};

export const outOfRoot = (shown: string): string => `${shown} leads out of the plugin's folder`;

export function notFound(shown: string, bare?: string): string {
  if (bare === undefined) return `${shown} was not found`;
  if (nodeModules.has(bare.split("/")[0] ?? "")) return nodeModule(shown, bare);
  return `package ${shown} is not in the plugin's own node_modules`;
}

/** A message for whatever is not a relative path, a package or an `sbx:` module; undefined for those. */
export function refuseScheme(specifier: string, shown: string): string | undefined {
  if (specifier === "") return `an import needs a name; ${allowed}`;
  if (specifier.includes("\0") || specifier.includes("\\"))
    return `${shown} is not a name that can be imported`;
  if (specifier.startsWith("/")) return `${shown} is an absolute path; ${allowed}`;
  if (specifier.startsWith("node:")) return nodeModule(shown, specifier.slice("node:".length));
  if (/^[a-z]:/i.test(specifier)) return `${shown} is an absolute path; ${allowed}`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return `${shown} is a URL; ${allowed}`;
  return undefined;
}

export function unknownModule(shown: string, specifier: string, known: ReadonlySet<string>): string {
  const wanted = specifier.slice("sbx:".length).toLowerCase();
  const near = [...known].find((name) => name.startsWith(`sbx:${wanted.slice(0, 2)}`) && wanted.length > 1);
  const list = near === undefined ? `there are ${[...known].sort().join(", ")}` : `did you mean ${near}?`;
  return `there is no module ${shown}; ${list}`;
}
