/** How programs are bundled, and by which version: whatever here changes, cached programs are made again. */
import type { BuildOptions } from "esbuild";

/** The version in package.json; its process answers no other. */
export const bundlerVersion = "0.28.2";

/** `tsconfigRaw` and the working directory leave nothing to be looked for on a disk. */
export const bundleOptions = {
  bundle: true,
  write: false,
  outfile: "/main.js",
  absWorkingDir: "/",
  format: "esm",
  platform: "neutral",
  target: "es2023",
  charset: "utf8",
  sourcemap: "external",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "silent",
  logLimit: 10,
  tsconfigRaw: "{}",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
} as const satisfies BuildOptions;
