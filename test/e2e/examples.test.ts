/** Every example with the built executable: what it makes of its data, that it is refused without its grant, and that the
 *  remedy of that refusal, pasted into a shell, is one that works. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { type Site, site } from "../support/site.ts";

const root = resolve(import.meta.dirname, "../..");
const data = (name: string): string => `examples/data/${name}`;

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let base: string;
let out: string;
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-examples-")));
  symlinkSync(sbx, join(base, "sbx"));
  out = join(base, "out");
});
beforeEach(() => rmSync(out, { recursive: true, force: true }));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A command line as a person types it at the root of the repository. The servers of a test live in this process: no waiting in it. */
function shell(command: string): Promise<Outcome> {
  return new Promise((done) => {
    const env = { PATH: `${base}:${process.env.PATH}`, HOME: base, SBX_HOME: join(base, "home"), CI: "1" };
    const child = spawn("/bin/sh", ["-c", command], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    const texts = { out: "", err: "" };
    child.stdout.on("data", (chunk) => (texts.out += chunk));
    child.stderr.on("data", (chunk) => (texts.err += chunk));
    child.on("close", (code) => done({ code, ...texts }));
  });
}

interface Example {
  readonly name: string;
  readonly grants: () => string[];
  /** The one of them that the refusal leaves away. */
  readonly without: string;
  readonly words: () => string[];
  readonly ends: number;
  readonly says: RegExp;
}

const made = <T>(name: string): T => JSON.parse(readFileSync(join(out, name), "utf8")) as T;
const command = ({ name, grants, words }: Example, without = " "): string =>
  [
    "sbx run",
    `examples/${name}`,
    ...grants().filter((grant) => !grant.includes(without)),
    "--",
    ...words(),
  ].join(" ");

/** Runs it whole, then without its grant, then as the refusal says. */
function itHolds(example: Example, check: (outcome: Outcome) => void): void {
  test("does its job under its grants", async () => {
    const outcome = await shell(command(example));
    expect(outcome).toMatchObject({ code: example.ends, out: expect.stringMatching(example.says) });
    check(outcome);
  });
  test(`is refused without ${example.without}, writes nothing, and the remedy works`, async () => {
    const refused = await shell(command(example, example.without));
    expect(refused.code, refused.err).toBe(77);
    expect(existsSync(out), "nothing was made").toBe(false);
    const remedy = /^ {2}to allow it: {2}(sbx run .*)$/m.exec(refused.err)?.[1];
    expect(remedy, refused.err).toBeDefined();
    const cured = await shell(remedy ?? "");
    expect(cured.code, `${remedy}\n${cured.err}`).toBe(example.ends);
    expect(cured.out).toMatch(example.says);
  });
}

const posix = describe.skipIf(process.platform === "win32");

posix("examples/markdown-indexer", () => {
  const example: Example = {
    name: "markdown-indexer",
    grants: () => [`--allow-read=${data("notes")}`, `--allow-write=${out}`],
    without: "--allow-write",
    words: () => [data("notes"), out],
    ends: 0,
    says: /^254 notes, \d+ words, 37 tags, 192 links, 2 of them broken\n/,
  };
  interface Note {
    path: string;
    title: string;
    tags: string[];
    links: string[];
    addresses: string[];
    broken: string[];
    words: number;
    linkedFrom: string[];
  }
  itHolds(example, () => {
    const index = made<{ notes: Note[]; tags: Record<string, string[]> }>("index.json");
    const note = (path: string): Note | undefined => index.notes.find((each) => each.path === path);
    expect(note("library/bread.md")).toMatchObject({ title: "Notes on bread" });
    expect(note("library/bread.md")?.linkedFrom).toContain("inbox/to sort.md");
    expect(note("inbox/to sort.md")).toMatchObject({
      title: "to sort",
      tags: [],
      words: 7,
      broken: ["drafts/never-written.md", "[[Nobody's page]]"],
    });
    const plan = note("projects/bread-plan.md");
    expect(plan).toMatchObject({ title: "Bread plan", tags: expect.arrayContaining(["bread", "project"]) });
    expect(plan?.tags, "a code block carries no tags").not.toContain("no-tag");
    expect(plan?.links, "and no links").not.toContain("projects/nowhere.md");
    expect(index.tags.journal?.length).toBe(
      index.notes.filter(({ path }) => path.startsWith("journal/")).length,
    );
    expect(readFileSync(join(out, "index.md"), "utf8")).toMatch(/^- \*\*#journal\*\* \(\d+\): \[2026-/m);
  });
});

posix("examples/birthday-report", () => {
  const example: Example = {
    name: "birthday-report",
    grants: () => [
      `--catalog=${data("contacts/catalog.json")}`,
      "--allow-data=contacts.name+birthday",
      `--allow-write=${out}`,
    ],
    without: "--allow-data",
    words: () => [out, "--today=2026-06-01"],
    ends: 0,
    says: /^11 birthdays within 30 days\n$/,
  };
  itHolds(example, () => {
    const page = readFileSync(join(out, "birthdays.md"), "utf8");
    expect(page).toMatch(
      /^# Birthdays after 2026-06-01\n\n(- \*\*\S+ \S+\*\* turns \d+ (today|tomorrow|2026-\d\d-\d\d, in \d+ days)\n){11}$/,
    );
  });

  test("it has no way to the rest of the address book", async () => {
    for (const field of ["email", "notes", "domain", "city"]) {
      const query = `import * as data from "sbx:data"; await (await data.open("contacts")).query({ select: ["name"], where: { ${field}: { isNull: false } } });`;
      const { code, err } = await shell(
        `sbx eval '${query}' --catalog=${data("contacts/catalog.json")} --allow-data=contacts.name+birthday`,
      );
      expect([code, err], field).toEqual([77, expect.stringContaining(`contacts.${field}`)]);
    }
  });
});

posix("examples/csv-to-json", () => {
  const example: Example = {
    name: "csv-to-json",
    grants: () => [`--allow-read=${data("tables")}`, `--allow-write=${out}`],
    without: "--allow-write",
    words: () => [data("tables"), out],
    ends: 1,
    says: /^broken.csv: 0 rows, 1 bad, not usable\ncities.csv: 12 rows, 0 bad\n/,
  };
  itHolds(example, ({ err }) => {
    const orders = made<Record<string, unknown>[]>("orders.json");
    expect(orders).toHaveLength(1183);
    expect(orders[0]).toMatchObject({ id: 1, paid: expect.any(Boolean), amount: expect.any(Number) });
    expect(
      orders.every(({ postcode }) => /^\d{5}$/.test(String(postcode))),
      "leading zeros are kept",
    ).toBe(true);
    const remarks = new Set(orders.map(({ remark }) => remark));
    expect([...remarks].sort()).toEqual(
      [null, "gift", 'said "soon"', "ring twice,\nthen wait", "fragile, upright"].sort(),
    );
    const report =
      made<{ table: string; columns: object; bad: { line: number; why: string }[] }[]>("report.json");
    expect(report.find(({ table }) => table === "sensors.csv")).toMatchObject({
      columns: { station: "text", time: "integer", celsius: "number", battery: "integer" },
      bad: [151, 301, 451, 601].map((line) => ({ line, why: '"?" in battery is no integer' })),
    });
    expect(existsSync(join(out, "broken.json")), "no file for a table that is not usable").toBe(false);
    expect(err).toContain("  broken.csv:3: a quote is never closed\n");
  });
});

posix("examples/todo-collector", () => {
  const example: Example = {
    name: "todo-collector",
    grants: () => [`--allow-read=${data("source")}`],
    without: "--allow-read",
    words: () => [data("source"), "--json"],
    ends: 0,
    says: /^\[\n/,
  };
  itHolds(example, ({ out: text, err }) => {
    const todos = JSON.parse(text) as { path: string; line: number; kind: string; owner: string | null }[];
    expect(todos).toHaveLength(97);
    expect(
      todos.filter(({ path }) => path.startsWith("generated/")),
      "what is ignored is not read",
    ).toEqual([]);
    expect(todos).toContainEqual({
      path: "vendor/ours.js",
      line: 1,
      kind: "TODO",
      owner: "ada",
      due: null,
      text: "kept by an exception",
    });
    expect(
      todos.filter(({ path, line }) => path.endsWith(".py") && line !== 5),
      "strings are not comments",
    ).toEqual([]);
    expect(err).toBe("97 in 289 files\n");
  });
});

posix("examples/image-dimensions", () => {
  const example: Example = {
    name: "image-dimensions",
    grants: () => [`--allow-read=${data("pictures")}`],
    without: "--allow-read",
    words: () => [data("pictures"), "--json"],
    ends: 1,
    says: /^\[\n/,
  };
  itHolds(example, ({ out: text, err }) => {
    const pictures = JSON.parse(text) as { path: string; format: string; width: number; height: number }[];
    const size = (path: string): string => {
      const found = pictures.find((each) => each.path === path);
      return `${found?.format} ${found?.width}×${found?.height}`;
    };
    expect(pictures).toHaveLength(200);
    expect(size("screens/screen 40.png")).toBe("PNG 640×240");
    expect(size("web/vp8-7.webp")).toBe("WebP 170×57");
    expect(size("web/vp8l-7.webp")).toBe("WebP 171×57");
    expect(size("web/vp8x-7.webp")).toBe("WebP 172×57");
    expect(size("icons/icon10.gif")).toBe("GIF 40×30");
    expect(size("scans/scan2.bmp"), "rows from top to bottom").toBe("BMP 642×480");
    const standing = pictures.filter(({ format, width, height }) => format === "JPEG" && width < height);
    expect(standing, "every fourth was taken upright").toHaveLength(30);
    expect(err.match(/^not a picture, or damaged: /gm)).toHaveLength(3);
  });
});

posix("examples/link-checker", () => {
  let server: Site;
  beforeAll(async () => {
    const long = `<p>filler</p>`.repeat(20_000);
    server = await site(({ method, url }, response) => {
      const end = (status: number, headers: Record<string, string> = {}, body = ""): void => {
        response.writeHead(status, headers).end(body);
      };
      if (url === "/silent") return;
      if (url === "/gone") end(404);
      else if (url === "/moved") end(301, { location: "/new-place" });
      else if (url === "/elsewhere") end(302, { location: "/new-place" });
      else if (url === "/get-only") end(method === "GET" ? 200 : 405);
      else if (url === "/long") end(200, {}, `${long}<h2 id="chapter-9">9</h2>${long}`);
      else end(200);
    });
  });
  afterAll(() => server.close());

  const example: Example = {
    name: "link-checker",
    grants: () => [`--allow-read=${data("manual")}`, `--allow-net=127.0.0.1:${server.port}`],
    without: "--allow-net",
    words: () => [data("manual"), `https://manual.example.org=${server.origin}`],
    ends: 1,
    says: /^102 pages, .* 8 problems$/m,
  };
  itHolds(example, ({ out: text }) => {
    const problems = text.split("\n").filter((line) => line.startsWith("broken.md:"));
    expect(problems.map((line) => line.replace(/^broken\.md:\d+: /, ""))).toEqual([
      "install/gone.md: no such file",
      'install/basics.md#gone: no heading "gone" in install/basics.md',
      "../../secret.md: leads out of the folder",
      "images/gone.svg: no such file",
      "https://manual.example.org/gone: status 404",
      "https://manual.example.org/moved: moved for good to /new-place",
      "https://manual.example.org/silent: no answer within 2 s",
      'https://manual.example.org/long#chapter-99: no element "chapter-99"',
    ]);
    expect(text).toMatch(/^102 pages, 5\d\d links, 1\d\d addresses asked, 8 problems$/m);
    const heads = server.requests.filter(({ method, url }) => method === "HEAD" && url === "/install");
    expect(heads.length, "an address that ten pages name is asked once").toBe(1);
  });
});

posix("examples/feed-digest", () => {
  let server: Site;
  let broken = false;
  beforeAll(async () => {
    server = await site(({ url = "", headers }, response) => {
      const name = url.slice(1);
      if (broken && name === "shop.xml") return void response.writeHead(503).end();
      const body = readFileSync(join(root, data("feeds"), name));
      const etag = `"${body.length}"`;
      if (headers["if-none-match"] === etag) return void response.writeHead(304).end();
      response.writeHead(200, { etag, "content-type": "text/xml" }).end(body);
    });
    const names = ["weekly.xml", "lab.xml", "shop.xml", "page.html"];
    writeFileSync(
      join(base, "feeds.txt"),
      `# four sites\n${names.map((name) => `${server.origin}/${name}\n`).join("")}`,
    );
  });
  afterAll(() => server.close());

  const example: Example = {
    name: "feed-digest",
    grants: () => [
      `--allow-read=${base}/feeds.txt`,
      `--allow-write=${out}`,
      `--allow-net=127.0.0.1:${server.port}`,
      "--allow-data=kv",
    ],
    without: "--allow-net",
    words: () => [`${base}/feeds.txt`, out, "12"],
    ends: 0,
    says: /12 of 75 entries written/,
  };
  itHolds(example, ({ out: text }) => {
    expect(text.match(/^new /gm), "the fourth is no feed").toHaveLength(3);
    const page = readFileSync(out, "utf8");
    expect(page).toMatch(/^# Digest\n\n## 2026-10-30\n/);
    expect(page.match(/^- \[.*\]\(<https:\/\/.*>\) — /gm)).toHaveLength(12);
    expect(page, "what looks like Markdown in a title is none").toContain(
      "\\<b\\>Offer\\</b\\> \\[0\\] & more",
    );
    expect(page, "links to read, not to edit").not.toContain("lab.example/edit");
    expect(page).toContain(`- ${server.origin}/page.html: neither RSS nor Atom: the root element is html`);
  });

  test("asks only for what is new, and shows what a feed last had when it is down", async () => {
    broken = true;
    const before = server.requests.length;
    const { out: text, code } = await shell(command(example));
    expect(code).toBe(0);
    expect(text.match(/^unchanged/gm)).toHaveLength(2);
    expect(text).toMatch(/^failed {4}\S+shop\.xml \(10 entries\)$/m);
    expect(server.requests.slice(before).filter(({ headers }) => headers["if-none-match"])).toHaveLength(3);
    expect(readFileSync(out, "utf8")).toContain("## Not reached");
  });
});
