/** Where sbx keeps its own things (CONTRACT 13): XDG on Linux, each system's custom elsewhere, all of it under SBX_HOME when set.
 *  Names folders, makes none. */
import { join, resolve } from "node:path";

export interface OwnFolders {
  /** Settings and policies of this user. */
  readonly config: string;
  /** Plugins' stores, keys, remembered answers. */
  readonly data: string;
  /** The audit. */
  readonly state: string;
  readonly cache: string;
}

export interface SystemFacts {
  readonly platform: string;
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function ownFolders({ platform, home, variables }: SystemFacts): OwnFolders {
  const all = variables.SBX_HOME && resolve(variables.SBX_HOME);
  if (all)
    return {
      config: join(all, "config"),
      data: join(all, "data"),
      state: join(all, "state"),
      cache: join(all, "cache"),
    };
  const absolute = (name: string, or: string): string =>
    variables[name]?.startsWith("/") ? (variables[name] as string) : join(home, or);
  switch (platform) {
    case "win32": {
      const local = variables.LOCALAPPDATA ?? join(home, "AppData/Local");
      const roaming = variables.APPDATA ?? join(home, "AppData/Roaming");
      return {
        config: join(roaming, "sbx"),
        data: join(local, "sbx/data"),
        state: join(local, "sbx/state"),
        cache: join(local, "sbx/cache"),
      };
    }
    case "darwin": {
      const support = join(home, "Library/Application Support/sbx");
      return {
        config: support,
        data: join(support, "data"),
        state: join(support, "state"),
        cache: join(home, "Library/Caches/sbx"),
      };
    }
    default:
      return {
        config: join(absolute("XDG_CONFIG_HOME", ".config"), "sbx"),
        data: join(absolute("XDG_DATA_HOME", ".local/share"), "sbx"),
        state: join(absolute("XDG_STATE_HOME", ".local/state"), "sbx"),
        cache: join(absolute("XDG_CACHE_HOME", ".cache"), "sbx"),
      };
  }
}
