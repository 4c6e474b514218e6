/** The problems of one page: every link of it against the other pages, the files beside them, or the network. */
import { exists } from "sbx:fs";
import type { AddressChecker } from "./checkAddress.ts";
import type { Page } from "./pages.ts";

export interface Problem {
  readonly page: string;
  readonly line: number;
  readonly target: string;
  readonly why: string;
}

/** `to` as seen from the page at `from`; null when it leads out of the folder. */
function resolvePath(from: string, to: string): string | null {
  const parts = to.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const part of to.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** What is wrong with a link inside the folder; null when it is fine. */
async function checkLocal(
  folder: string,
  page: Page,
  target: string,
  pages: ReadonlyMap<string, Page>,
): Promise<string | null> {
  const [file = "", anchor = ""] = target.split("#", 2);
  const path = file === "" ? page.path : resolvePath(page.path, decodeURI(file));
  if (path === null) return "leads out of the folder";
  const there = pages.get(path) ?? pages.get(`${path}/index.md`);
  if (there === undefined) return (await exists(`${folder}/${path}`)) ? null : "no such file";
  if (anchor === "" || there.anchors.has(decodeURIComponent(anchor))) return null;
  return `no heading "${anchor}" in ${there.path}`;
}

export async function checkPage(
  folder: string,
  page: Page,
  pages: ReadonlyMap<string, Page>,
  addresses: AddressChecker,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { line, target } of page.links) {
    if (/^(mailto|tel):/.test(target)) continue;
    const why = /^https?:/.test(target)
      ? await addresses.check(target)
      : await checkLocal(folder, page, target, pages);
    if (why !== null) problems.push({ page: page.path, line, target, why });
  }
  return problems;
}
