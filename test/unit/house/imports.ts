/** Finds what a TypeScript source imports, types included, without running or resolving anything. Errs towards
 *  reporting too much: a computed import and a way around imports are reported as such. */

export interface Import {
  /** The specifier as written; for what cannot be read, the reason in angle brackets. */
  readonly specifier: string;
  readonly line: number;
  /** Erased before anything runs. */
  readonly typeOnly: boolean;
}

interface Masked {
  /** The source with comments and regular expressions blanked and each string replaced by its number in quotes. */
  readonly code: string;
  readonly strings: readonly string[];
}

const TOKEN = new RegExp(
  [
    String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\x60(?:\\[\s\S]|[^\x60\\])*\x60`,
    String.raw`(?<=(?:[=(,:;!&|?{}[+\n]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`,
  ].join("|"),
  "g",
);

function mask(source: string): Masked {
  const strings: string[] = [];
  const code = source.replace(TOKEN, (text) => {
    const lines = text.replace(/[^\n]/g, "");
    if (text.startsWith("/")) return ` ${lines}`;
    strings.push(text);
    return `"${strings.length - 1}"${lines}`;
  });
  return { code, strings };
}

const FORMS: readonly RegExp[] = [
  /\b(?:import|export)\b(?:\s+type)?\s*[\w$*{"][^;=()]*?\bfrom\s*"(\d+)"/g,
  /\bimport\s*"(\d+)"/g,
  /\b(?:import|require|require\.resolve|getBuiltinModule)\s*\(\s*"(\d+)"\s*[,)]/g,
];
const OPAQUE: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w$.])(?:import|require)\s*\((?!\s*"\d+"\s*[,)])/g, "<computed import>"],
  [/\bgetBuiltinModule\b(?!\s*\(\s*"\d+"\s*[,)])|\bcreateRequire\b/g, "<another way to import>"],
  [/\bprocess\s*\.\s*(?:binding|dlopen|_linkedBinding)\b/g, "<another way to import>"],
];

function specifierOf(literal: string): string {
  const text = literal.slice(1, -1);
  return /\\|\$\{/.test(text) ? "<specifier with escapes or placeholders>" : text;
}

/** Contents of a source's string literals, comments left out. */
export function stringsOf(source: string): string[] {
  return mask(source).strings.map((text) => text.slice(1, -1));
}

export function importsOf(source: string): Import[] {
  const { code, strings } = mask(source);
  const lineAt = (offset: number) => code.slice(0, offset).split("\n").length;
  const found: Import[] = [];
  for (const form of FORMS) {
    for (const match of code.matchAll(form)) {
      const specifier = specifierOf(strings[Number(match[1])] ?? "<>");
      const typeOnly = /^(?:import|export)\s+type\b(?!\s*,|\s+from\b)/.test(match[0]);
      found.push({ specifier, line: lineAt(match.index), typeOnly });
    }
  }
  for (const [form, reason] of OPAQUE) {
    for (const match of code.matchAll(form)) {
      found.push({ specifier: reason, line: lineAt(match.index), typeOnly: false });
    }
  }
  return found.concat(inPlaceholders(strings));
}

/** Code inside template literals. Its line is not known. */
function inPlaceholders(strings: readonly string[]): Import[] {
  const parts = strings.flatMap((text) =>
    [...text.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] ?? ""),
  );
  return parts.flatMap((part) => importsOf(part).map((each) => ({ ...each, line: 0 })));
}
