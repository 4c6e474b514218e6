/** Checks every link of a folder of Markdown pages: links to pages and headings on disk, addresses over the network.
 *  Arguments: the folder, then any number of FROM=TO that send addresses beginning with FROM to TO instead, such as a
 *  preview of a site that is not published yet. Ends with 1 when a link is broken. */
import { readTextFile } from "sbx:fs";
import { args, exitCode } from "sbx:plugin";
import { AddressChecker } from "./checkAddress.ts";
import { checkPage, type Problem } from "./checkPage.ts";
import { inParallel } from "./inParallel.ts";
import { findPages, readPage } from "./pages.ts";

const [folder = "docs", ...mapped] = args;
const detours = mapped.map((word) => {
  const [from = "", to = ""] = word.split(/=(.*)/, 2);
  return { from, to };
});

const paths = await findPages(folder);
const pages = new Map(
  await inParallel(
    32,
    paths,
    async (path) => [path, readPage(path, await readTextFile(`${folder}/${path}`))] as const,
  ),
);
const addresses = new AddressChecker(detours);
const found = await inParallel(16, [...pages.values()], (page) => checkPage(folder, page, pages, addresses));
const problems: Problem[] = found.flat();

for (const { page, line, target, why } of problems) console.log(`${page}:${line}: ${target}: ${why}`);
const links = [...pages.values()].reduce((total, page) => total + page.links.length, 0);
console.log(
  `${pages.size} pages, ${links} links, ${addresses.asked} addresses asked, ${problems.length} problems`,
);
if (problems.length > 0) await exitCode(1);
