/** The modules that a plugin can import, as texts generated from what their chunks export.
 *
 *  Promises: only the names below, and `sbx:internal` for them alone; every other specifier is refused with a message
 *  that names it. */

/** The standard library's modules; each is the chunk of that name. */
export const MODULES = [
  "fs",
  "net",
  "data",
  "env",
  "events",
  "host",
  "permissions",
  "plugin",
  "test",
] as const;

export const INTERNAL = "sbx:internal";

/** Takes the way to the chunks out of the global object before any plugin code runs. */
export const internalModule = 'const load=globalThis["sbx:load"];delete globalThis["sbx:load"];export{load};';

/** The name under which `name`, imported by `from`, is looked for. */
export function normalize(from: string, name: string): string {
  return name === INTERNAL && !from.startsWith("sbx:") ? `${INTERNAL} ` : name;
}

/** The chunk behind an import, or undefined when it is refused. */
export function moduleOf(specifier: string): string | undefined {
  const name = MODULES.find((known) => specifier === `sbx:${known}`);
  return name && `module/${name}`;
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

export function facade(name: string, exportNames: readonly string[]): string {
  const names = exportNames.filter((exported) => IDENTIFIER.test(exported));
  const bindings = names.map((exported, index) => `$${index}=m[${JSON.stringify(exported)}]`);
  const list = names.map((exported, index) => `$${index} as ${exported}`);
  const declared = bindings.length === 0 ? "" : `const ${bindings.join(",")};`;
  return `import{load}from"${INTERNAL}";const m=load("${name}");${declared}export{${list.join(",")}};`;
}

export function refusal(specifier: string): string {
  const shown = specifier.trim().slice(0, 200);
  return shown.startsWith("sbx:")
    ? `cannot import '${shown}': there is no such module (${MODULES.map((name) => `sbx:${name}`).join(", ")})`
    : `cannot import '${shown}': a plugin imports its own files and sbx:* only`;
}
