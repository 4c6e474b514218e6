/** URL paths as scopes compare them: by whole segments, after percent-normalisation. Pure. An allow must hold for every way in which a
 *  server may read the path; a deny holds if any way falls under it. */

const unreserved = /[A-Za-z0-9\-._~]/;
const kept = /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/;

/** RFC 3986 §6.2.2: hexadecimal digits upper case, unreserved characters plain, everything that cannot stand in a path encoded. */
export function normalisePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})|[\s\S]/giu, (char, hex: string | undefined) => {
    if (hex === undefined) return kept.test(char) && char.length === 1 ? char : encodeCharacter(char);
    const plain = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(plain) ? plain : `%${hex.toUpperCase()}`;
  });
}

// A lone surrogate has no UTF-8 form; the URL standard writes U+FFFD for it.
const encodeCharacter = (char: string): string => encodeURIComponent(char.isWellFormed() ? char : "\ufffd");

const decodePass = (path: string): string =>
  path.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
  });

/** What a generous server would read as something else; most paths hold nothing of it. */
const readTwoWays = /[%\\;]|\/(?:[./]|$)/;

/** The path as the most generous server would read it: decoded until nothing changes, backslashes as slashes, parameters (`;x`)
 *  dropped, empty segments joined, dot segments resolved. */
export function generousPath(path: string): string {
  if (path.startsWith("/") && !readTwoWays.test(path)) return path;
  let text = path;
  for (let pass = 0; pass < 4; pass += 1) {
    const next = decodePass(text);
    if (next === text) break;
    text = next;
  }
  const out: string[] = [];
  for (const segment of text.replaceAll("\\", "/").split("/")) {
    const name = segment.replace(/;.*$/s, "");
    if (name === "" || name === ".") continue;
    if (name === "..") out.pop();
    else out.push(name);
  }
  return `/${out.join("/")}`;
}

const under = (scope: string, path: string): boolean =>
  path === scope || path.startsWith(`${scope === "/" ? "" : scope}/`);

/** Both are percent-normalised; `scope` has no trailing slash. */
export const isUnderPath = (scope: string, path: string): boolean =>
  under(scope, path) && under(generousPath(scope), generousPath(path));

export const isUnderPathForDeny = (scope: string, path: string): boolean =>
  under(scope, path) || under(generousPath(scope).toLowerCase(), generousPath(path).toLowerCase());
