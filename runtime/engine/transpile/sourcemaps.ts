/** Keeps source maps honest: they name the plugin's own files, whatever a source file says of itself. Pure. */

/** Disarms a `sourceMappingURL` comment on the last line: maps inside plugins are not followed. Positions stay. */
export function hideSourceMapComment(text: string): string {
  const from = text.trimEnd().lastIndexOf("\n") + 1;
  if (!/^\s*\/\/[#@][ \t]*sourceMappingURL=[^\s'"`]*\s*$/.test(text.slice(from))) return text;
  return text.slice(0, from) + text.slice(from).replace("sourceMappingURL=", "sourceMappingHid=");
}

interface RawMap {
  version: number;
  sources: (string | null)[];
  names: string[];
  mappings: string;
}

/** The bundler's map with paths below the root as sources; a source that is no file of the program becomes null. */
export function cleanMap(map: string, files: ReadonlySet<string>): string {
  if (map === "") return "";
  const { sources, names, mappings } = JSON.parse(map) as RawMap;
  const named = sources.map((source) => {
    const path = source?.replace(/^(\.\.\/|\/)*plugin:/, "") ?? "";
    return files.has(path) ? path : null;
  });
  return JSON.stringify({ version: 3, sources: named, names, mappings });
}
