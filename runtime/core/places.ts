/** Well-known places that a folder grant does not cover: files that hold secrets, and files that a system runs by itself. They must
 *  be named (CONTRACT 3). Pure: knows names, reads nothing. */

export interface Place {
  /** Absolute path of a file or folder, or a pattern on the last name. */
  readonly path?: string;
  readonly name?: RegExp;
  readonly what: string;
}

const homeTable = (home: string, table: Readonly<Record<string, readonly string[]>>): Place[] =>
  Object.entries(table).flatMap(([what, paths]) => paths.map((path) => ({ path: `${home}/${path}`, what })));

const homeSecrets: Readonly<Record<string, readonly string[]>> = {
  keys: [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".config/gcloud",
    ".kube",
    ".docker/config.json",
    ".oci",
    ".age",
    ".config/sops",
  ],
  tokens: [
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".config/git/credentials",
    ".config/gh",
    ".config/hub",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".composer/auth.json",
    ".terraform.d",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".databricks",
    ".config/op",
    ".config/rclone",
    ".boto",
    ".s3cfg",
    ".m2/settings.xml",
    ".gradle/gradle.properties",
    ".nuget/NuGet/NuGet.Config",
  ],
  "a password store": [
    ".password-store",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".config/Bitwarden",
    ".config/1Password",
    ".config/keepassxc",
    ".keepass",
    "Library/Keychains",
    "AppData/Roaming/Microsoft/Credentials",
    "AppData/Local/Microsoft/Credentials",
    "AppData/Roaming/Microsoft/Protect",
  ],
  "a browser's or mail program's profile": [
    ".mozilla",
    ".thunderbird",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".config/vivaldi",
    ".config/opera",
    "snap/firefox",
    "snap/chromium",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Firefox",
    "Library/Thunderbird",
    "Library/Mail",
    "Library/Cookies",
    "AppData/Local/Google/Chrome",
    "AppData/Local/Microsoft/Edge",
    "AppData/Roaming/Mozilla",
    "AppData/Roaming/Thunderbird",
  ],
};

const systemSecrets: readonly Place[] = [
  { path: "/etc/shadow", what: "passwords" },
  { path: "/etc/gshadow", what: "passwords" },
  { path: "/etc/ssl/private", what: "keys" },
  { name: /^\.env(\..+)?$/i, what: "settings with secrets" },
  { name: /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/i, what: "a private key" },
  { name: /\.(pem|key|p12|pfx|jks|keystore|kdbx|kdb|ppk|asc\.key)$/i, what: "a key or password store" },
  { name: /^\.[0-9a-f]{24}\.sbx-tmp$/, what: "a file that is being written" },
  { name: /^(\.?wallet\.dat|\.htpasswd|\.vault_pass)$/i, what: "secrets" },
];

/** Places whose content is a secret: reading them needs a grant that names them, and raises `secret`. */
export const secretPlaces = (home: string): Place[] => [...homeTable(home, homeSecrets), ...systemSecrets];

const homeAutorun: Readonly<Record<string, readonly string[]>> = {
  "a shell start-up file": [
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".bashrc.d",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".zlogin",
    ".zlogout",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".inputrc",
    ".config/fish",
    ".config/nushell",
    ".config/powershell",
    "Documents/PowerShell",
    ".xprofile",
    ".xinitrc",
    ".xsession",
    ".xsessionrc",
    ".pam_environment",
  ],
  "something that starts by itself": [
    ".config/autostart",
    ".config/systemd",
    ".local/share/systemd",
    ".config/environment.d",
    ".local/share/applications",
    ".local/share/dbus-1",
    ".config/plasma-workspace",
    "Library/LaunchAgents",
    "Library/LaunchDaemons",
    "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup",
    ".config/i3",
    ".config/sway",
    ".config/hypr",
    ".tmux.conf",
    ".config/tmux",
    ".screenrc",
    ".gdbinit",
    ".forward",
    ".vimrc",
    ".vim",
    ".config/nvim",
    ".emacs",
    ".emacs.d",
    ".gitconfig",
    ".config/git",
    ".ssh",
  ],
};

const RUN_BY_SYSTEM = "something that a system runs by itself";
const systemAutorun: readonly Place[] = [
  ...[
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.weekly",
    "/etc/crontab",
    "/var/spool/cron",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/bash.bashrc",
    "/etc/environment",
    "/etc/init.d",
    "/etc/systemd",
    "/lib/systemd",
    "/usr/lib/systemd",
    "/etc/xdg/autostart",
    "/etc/ld.so.preload",
    "/etc/ld.so.conf.d",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/udev",
    "/etc/ssh",
    "/Library/LaunchAgents",
    "/Library/LaunchDaemons",
  ].map((path) => ({ path, what: RUN_BY_SYSTEM })),
  { name: /^(crontab|\.envrc)$/, what: RUN_BY_SYSTEM },
];

/** Places that a system runs by itself: changing them needs a grant that names them. */
export const autorunPlaces = (home: string): Place[] => [...homeTable(home, homeAutorun), ...systemAutorun];

/** Names that count wherever they are: `.git/hooks`, `.git/config` and their like with all that is in them; and `.git` and `.vscode`
 *  themselves, because who may give a folder that name needs to write nothing below it. */
const autorunInside =
  /\/\.git(?:$|\/(?:hooks(?:\/|$)|modules(?:\/|$)|worktrees(?:\/|$)|config(?:\.worktree)?$|commondir$))|\/\.husky(?:\/|$)|\/\.vscode(?:$|\/(?:tasks|settings|launch)\.json$)|\/\.idea(?:\/|$)/;

/** Places by path, so that a look-up costs the depth of the path and not the length of the list. */
interface PlaceIndex {
  readonly byPath: ReadonlyMap<string, string>;
  /** Length of the longest path in it: what lies deeper is looked up from there, so that a path of 32 KB costs no more than a short one. */
  readonly longest: number;
  readonly byName: readonly { readonly name: RegExp; readonly what: string }[];
  /** Matches whatever one of them matches, and little else. */
  readonly anyName: RegExp;
}

const indexes = new WeakMap<readonly Place[], PlaceIndex>();

function indexOf(places: readonly Place[]): PlaceIndex {
  const known = indexes.get(places);
  if (known) return known;
  const byPath = new Map(
    places.flatMap(({ path, what }) => (path === undefined ? [] : [[path, what] as const])),
  );
  const byName = places.flatMap(({ name, what }) => (name === undefined ? [] : [{ name, what }]));
  const index: PlaceIndex = {
    byPath,
    longest: Math.max(0, ...[...byPath.keys()].map((path) => path.length)),
    byName,
    anyName: byName.length === 0 ? /$^/ : new RegExp(byName.map(({ name }) => name.source).join("|"), "i"),
  };
  indexes.set(places, index);
  return index;
}

/** The place that a canonical path lies in, and what it is; the root is what a grant has to name. */
export function placeOf(path: string, places: readonly Place[]): { root: string; what: string } | undefined {
  const { byPath, byName, anyName, longest } = indexOf(places);
  const start = path.length <= longest ? path.length : path.lastIndexOf("/", longest);
  for (let end = start; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const root = path.slice(0, end);
    const what = byPath.get(root);
    if (what !== undefined) return { root, what };
  }
  const name = path.slice(path.lastIndexOf("/") + 1);
  const found = anyName.test(name) ? byName.find((place) => place.name.test(name)) : undefined;
  return found && { root: path, what: found.what };
}

export function autorunPlaceOf(
  path: string,
  places: readonly Place[],
): { root: string; what: string } | undefined {
  const inside = path.includes("/.") ? autorunInside.exec(path) : null;
  if (inside)
    return {
      root: path.slice(0, inside.index + inside[0].replace(/\/$/, "").length),
      what: "something that tools run by themselves",
    };
  return placeOf(path, places);
}

/** Is there a well-known place below this folder, so that moving or removing the folder would carry it along? */
export const holdsPlace = (folder: string, places: readonly Place[]): boolean =>
  places.some((place) => place.path?.startsWith(folder === "/" ? "/" : `${folder}/`) ?? false);
