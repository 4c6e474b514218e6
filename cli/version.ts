/** What this executable is. */
import packageFile from "../package.json" with { type: "json" };

export interface Version {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
}

export const versionOf = (): Version => ({
  version: packageFile.version,
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
});
