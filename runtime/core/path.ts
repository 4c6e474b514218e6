/** Lexical paths: what a text means before anything is looked up. Absolute and normalised forms use `/` on every system, have no
 *  `.` or `..`, no doubled and no trailing slash. Pure: knows nothing of links, of what exists, or of the working directory. */
import { fail, type SbxError } from "./errors.ts";

export interface PathRules {
  /** The absolute, normalised form of `path`, taken from `base` (itself such a form). `..` above the root stays at the root.
   *  @throws E_INVALID for a text that this system could read as another path than it looks like */
  absolute(path: string, base: string): string;
  /** The folder that holds it; the root's parent is the root. */
  parent(path: string): string;
  /** The last name; empty for a root. */
  basename(path: string): string;
  /** `name` inside `folder`. */
  join(folder: string, name: string): string;
  /** Names from the root down; none for a root. */
  names(path: string): string[];
  /** `/`, `C:/`, `//server/share/`. */
  root(path: string): string;
  /** Equal to `scope`, or below it; whole names, never a mere prefix. */
  contains(scope: string, path: string): boolean;
}

/** Splits at `/` and works off `.` and `..`, on top of `names`. */
function walk(names: readonly string[], relative: string): string[] {
  const out = [...names];
  for (const name of relative.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") out.pop();
    else out.push(name);
  }
  return out;
}

type Fold = (text: string) => string;

/** All but `absolute` follows from how long the root is and how names compare. */
function rules(root: (path: string) => string, fold: Fold, absolute: PathRules["absolute"]): PathRules {
  const names = (path: string): string[] => path.slice(root(path).length).split("/").filter(Boolean);
  return {
    absolute,
    root,
    names,
    parent: (path) => {
      const top = root(path);
      return top + names(path).slice(0, -1).join("/");
    },
    basename: (path) => names(path).at(-1) ?? "",
    join: (folder, name) => (folder.endsWith("/") ? folder + name : `${folder}/${name}`),
    contains: (scope, path) => {
      const [outer, inner] = [fold(scope), fold(path)];
      return outer === inner || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
    },
  };
}

const same: Fold = (text) => text;

const posixAbsolute: PathRules["absolute"] = (path, base) =>
  `/${walk(path.startsWith("/") ? [] : base.split("/").filter(Boolean), path).join("/")}`;

/** Linux and other case-sensitive systems. */
export const posix: PathRules = rules(() => "/", same, posixAbsolute);

/** macOS: names compare without case and without regard to how an accent is composed. */
export const macos: PathRules = rules(
  () => "/",
  (text) => text.normalize("NFD").toLowerCase(),
  posixAbsolute,
);

/** `C:/` or `//server/share/`; anything else has no root that stands alone. */
const windowsRoot = /^(?:[A-Za-z]:\/|\/\/[^/]+\/[^/]+(?:\/|$))/;
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:[ .:].*)?$/i;

const refuse = (why: string): SbxError => fail("E_INVALID", `this path cannot be used: ${why}`);

/** What makes Windows open something else than the name says. */
function windowsProblem(name: string): string | undefined {
  if (deviceName.test(name)) return "it holds the name of a device";
  if (name.includes(":")) return "a colon after the drive would mean a stream inside a file";
  if (/[. ]$/.test(name)) return "a name cannot end in a dot or a space";
  if (/[<>"|?*\x01-\x1f]/.test(name)) return "it holds a character that no file name has";
  return undefined;
}

const windowsAbsolute: PathRules["absolute"] = (path, base) => {
  // A file URL's path puts a slash before the drive.
  const text = path.replaceAll("\\", "/").replace(/^\/(?=[A-Za-z]:\/)/, "");
  if (/^\/\/[?.](?:\/|$)/.test(text) || text.startsWith("/??/"))
    throw refuse("it names the system's device space");
  if (/^[A-Za-z]:(?!\/)/.test(text)) throw refuse("a drive needs a slash behind it");
  const own = windowsRoot.exec(text)?.[0];
  if (!own && text.startsWith("//")) throw refuse("a network path needs a server and a share");
  const top = own ?? windowsRoot.exec(base)?.[0] ?? "C:/";
  const start = own || text.startsWith("/") ? [] : base.slice(top.length).split("/").filter(Boolean);
  const names = walk(start, text.slice(own?.length ?? 0));
  for (const name of top.startsWith("//") ? [...top.split("/").filter(Boolean), ...names] : names) {
    const problem = windowsProblem(name);
    if (problem) throw refuse(problem);
  }
  return (
    (top.endsWith("/") ? top : `${top}/`).replace(/^[a-z]:/, (drive) => drive.toUpperCase()) + names.join("/")
  );
};

/** Windows: drives and UNC shares. Device names, streams, device space and names that the system would trim are refused. */
export const windows: PathRules = rules(
  (path) => windowsRoot.exec(path)?.[0] ?? "/",
  (text) => text.toUpperCase(),
  windowsAbsolute,
);

export function pathRules(platform: string): PathRules {
  if (platform === "win32") return windows;
  return platform === "darwin" ? macos : posix;
}
