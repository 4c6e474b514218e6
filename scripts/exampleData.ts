/** Makes examples/data, the input of the examples: the same files each time, from word lists and a small generator of
 *  numbers. The result is committed; this script says where it came from, and changes it. */
import { rmSync } from "node:fs";
import { makeContacts } from "./exampleContacts.ts";
import { put, root } from "./exampleFiles.ts";
import { bmp, gif, jpeg, png, webp } from "./examplePictures.ts";
import { areas, Dice, sentences, slug, topics, two, words } from "./exampleWords.ts";

/** A vault of notes as people really keep them: a journal, projects, recipes, people, an inbox of loose ends. */
function makeNotes(): void {
  const dice = new Dice(1);
  const titles = topics.flatMap((topic) => [
    `Notes on ${topic}`,
    `${topic[0]?.toUpperCase()}${topic.slice(1)} plan`,
  ]);
  const paragraph = (): string => dice.some(sentences, 2 + dice.roll(4)).join(" ");
  const mention = (up: string): string =>
    dice.pick([
      `See [[${dice.pick(titles)}]].`,
      `More in [the plan](${up}projects/${slug(`${dice.pick(topics)} plan`)}.md).`,
      `As in [[Notes on ${dice.pick(topics)}|an older note]] #${dice.pick(topics)}`,
      `Read on at [the society](https://example.org/${dice.pick(topics)}?y=${2019 + dice.roll(7)}).`,
    ]);
  for (const topic of topics) {
    const tags = dice.some(areas, 1 + dice.roll(3));
    const note = ["---", `title: Notes on ${topic}`, "tags:", ...tags.map((tag) => `  - ${tag}`), "---", ""];
    const body = Array.from({ length: 2 + dice.roll(3) }, () => [paragraph(), mention("../"), ""]).flat();
    put(`notes/library/${slug(topic)}.md`, [...note, ...body].join("\n"));
    const steps = dice.some(sentences, 4).map((step, i) => `- [${i < 2 ? "x" : " "}] ${step}`);
    const code = ["```sh", `# not a heading: ${topic}`, `echo "[not a link](nowhere.md) #no-tag"`, "```"];
    put(
      `notes/projects/${slug(`${topic} plan`)}.md`,
      [
        `# ${topic[0]?.toUpperCase()}${topic.slice(1)} plan`,
        "",
        `#project #${topic}`,
        "",
        paragraph(),
        "",
        ...steps,
        "",
        ...code,
        "",
        mention("../"),
        "",
      ].join("\n"),
    );
  }
  makeJournal(dice, paragraph, mention);
  makeLooseNotes(dice, paragraph);
}

function makeLooseNotes(dice: Dice, paragraph: () => string): void {
  for (let i = 1; i <= 30; i += 1) {
    const title = dice.pick([
      "Königsberger Klopse",
      "Crêpes",
      "Rye loaf",
      "Shakshuka",
      "Ramen",
      "Dal",
      "Borschtsch",
      "Pão",
    ]);
    const text = [
      `# ${title} ${i}`,
      "",
      "#recipe",
      "",
      `| what | how much |`,
      `|---|---|`,
      `| flour | ${100 + dice.roll(9) * 50} g |`,
      "",
      paragraph(),
      "",
    ];
    put(`notes/recipes/${title} ${i}.md`, text.join("\n"));
  }
  for (let i = 1; i <= 12; i += 1) put(`notes/inbox/${i}.md`, `${paragraph()}\n\nhttps://example.net/${i}\n`);
  put("notes/inbox/empty.md", "");
  put(
    "notes/inbox/to sort.md",
    "See [a draft](../drafts/never-written.md), [[Nobody's page]] and [home](../library/bread.md#crust).\n",
  );
  put("notes/readme.txt", "Not a note.\n");
}

function makeJournal(dice: Dice, paragraph: () => string, mention: (up: string) => string): void {
  for (let month = 1; month <= 9; month += 1) {
    for (let day = 1; day <= 28; day += 1 + dice.roll(2)) {
      const date = `2026-${two(month)}-${two(day)}`;
      const front = [
        "---",
        `date: ${date}`,
        `tags: [journal, ${dice.pick(areas)}]`,
        "---",
        "",
        `# ${date}`,
        "",
      ];
      const body = [paragraph(), "", mention("../../../"), ""];
      put(`notes/journal/2026/${two(month)}/${date}.md`, [...front, ...body].join("\n"));
    }
  }
}

/** Tables with what tables have: quotes, line breaks in fields, other separators, missing fields, one that is broken. */
function makeTables(): void {
  const dice = new Dice(2);
  const cities = words("Aachen Bergen Cádiz Debrecen Évora Faro Graz Hasselt Izola Jūrmala Kraków Lyon");
  const people = words("Ada Björn Chidi Dana Emeka Fatma Gīta Hana Iñigo Jun Katja Liv");
  const quoted = (text: string): string => (/[",\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const orders = ["id,date,customer,city,postcode,amount,paid,remark"];
  for (let i = 1; i <= 1200; i += 1) {
    const amount = i % 97 === 0 ? "n/a" : (dice.roll(100000) / 100).toFixed(2);
    const remark = dice.pick(["", "", "gift", 'said "soon"', "ring twice,\nthen wait", "fragile, upright"]);
    const row = [
      i,
      `2026-${two(1 + dice.roll(12))}-${two(1 + dice.roll(28))}`,
      `${dice.pick(people)} ${dice.pick(people)}`,
      dice.pick(cities),
    ];
    const rest = [
      String(dice.roll(99999)).padStart(5, "0"),
      amount,
      dice.pick(["yes", "no"]),
      quoted(remark),
    ];
    orders.push([...row, ...rest].join(",") + (i % 211 === 0 ? ",surplus" : ""));
  }
  put("tables/orders.csv", `${orders.join("\r\n")}\r\n`);
  const sensors = ["station;time;celsius;battery"];
  for (let i = 0; i < 600; i += 1)
    sensors.push(
      `S${two(dice.roll(12))};${1767225600 + i * 900};${(dice.roll(400) - 100) / 10};${i % 150 === 149 ? "?" : dice.roll(100)}`,
    );
  put("tables/sensors.csv", `\ufeff${sensors.join("\n")}\n`);
  const cityRows = cities.map((city, i) => `${city}\t${(i * 37) % 90}.${i}\t${i % 2 === 0}`);
  put("tables/cities.csv", `name\tlatitude\tcoastal\n${cityRows.join("\n")}`);
  put("tables/broken.csv", 'id,text\n1,fine\n2,"this quote is never closed\n3,x\n');
  put("tables/empty.csv", "");
  put("tables/readme.txt", "Exports of the shop and of the weather stations.\n");
}

/** The manual of a made-up program, with links that hold and a handful that do not. */
function makeManual(): void {
  const dice = new Dice(3);
  const chapters = words("install configure backup restore network storage users themes plugins upgrade");
  const parts = words("overview basics options examples limits errors history internals questions glossary");
  const paragraph = (): string => dice.some(sentences, 3).join(" ");
  const url = "https://manual.example.org";
  for (const chapter of chapters) {
    for (const part of parts) {
      const to = `../${dice.pick(chapters)}/${dice.pick(parts)}.md`;
      const page = [
        `# ${chapter}: ${part}`,
        "",
        paragraph(),
        "",
        `## First steps`,
        "",
        `Go on with [this](${to}#first-steps) or [that](${to}).`,
        "",
      ];
      page.push(
        `## In detail`,
        "",
        paragraph(),
        "",
        `Home: <${url}/${chapter}>. Source: [here](${url}/src/${chapter}/${part}.txt).`,
        "",
      );
      page.push(
        "```text",
        "[not a link](missing.md)",
        "```",
        "",
        `![picture](../images/${chapter}.svg) \`[nor](this.md)\``,
        "",
      );
      put(`manual/${chapter}/${part}.md`, page.join("\n"));
    }
    put(
      `manual/images/${chapter}.svg`,
      `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><title>${chapter}</title></svg>\n`,
    );
  }
  const contents = chapters.map((chapter) => `- [${chapter}](${chapter}/overview.md)`);
  put(
    "manual/index.md",
    [
      "# Manual",
      "",
      ...contents,
      "",
      `Write to [us](mailto:docs@example.org).`,
      "",
      `[site]: ${url}/`,
      "",
    ].join("\n"),
  );
  makeBrokenPage(url);
}

function makeBrokenPage(url: string): void {
  const broken = [
    "# Known to be broken",
    "",
    "- [a page that is gone](install/gone.md)",
    "- [a heading that is gone](install/basics.md#gone)",
    "- [out of the folder](../../secret.md)",
    "- [a picture that is gone](images/gone.svg)",
    `- [an address that is gone](${url}/gone)`,
    `- [an address that moved](${url}/moved)`,
    `- [moved for now](${url}/elsewhere)`,
    `- [one that never answers](${url}/silent)`,
    `- [an element](${url}/long#chapter-9)`,
    `- [an element that is gone](${url}/long#chapter-99)`,
    `- [no HEAD here](${url}/get-only)`,
    "",
  ];
  put("manual/broken.md", broken.join("\n"));
}

/** A source tree in several languages, with comments that ask for work, strings that only look like it, and generated code. */
function makeSources(): void {
  const dice = new Dice(4);
  const owners = words("ada noor jun kofi");
  const todo = (): string => {
    const who = dice.pick([
      "",
      `(${dice.pick(owners)})`,
      `(${dice.pick(owners)}, 2026-${two(1 + dice.roll(12))}-15)`,
    ]);
    return `${dice.pick(["TODO", "TODO", "TODO", "FIXME", "HACK", "XXX"])}${who}: ${dice.pick(sentences)}`;
  };
  const makers: Record<string, (name: string, note: string) => string> = {
    ts: (name, note) =>
      `/** ${name}. */\nexport function ${name}(n: number): string {\n  // ${note}\n  const text = "// TODO: not a comment";\n  return \`\${text} /* FIXME: neither */ \${n}\`;\n}\n`,
    py: (name, note) =>
      `"""TODO: a docstring is a string."""\n\n\ndef ${name}(n):\n    # ${note}\n    return f"# TODO: nor this {n}"\n`,
    rs: (name, note) =>
      `/* ${name}\n * ${note}\n */\npub fn ${name}(n: u32) -> u32 {\n    n + 1 // plain remark\n}\n`,
    c: (name, note) =>
      `#include <stdio.h>\n\nint ${name}(int n) {\n  printf("/* TODO: in a string */ %d", n); /* ${note} */\n  return n;\n}\n`,
    sql: (name, note) =>
      `-- ${note}\ncreate table ${name} (id integer primary key, note text default '-- TODO: no');\n`,
    sh: (name, note) => `#!/bin/sh\n# ${note}\necho "${name} # TODO: quoted"\n`,
  };
  for (const [i, area] of words("core net store ui tools jobs").entries()) {
    for (const [ext, make] of Object.entries(makers)) {
      for (let n = 0; n < 8; n += 1) {
        const name = `${dice.pick(topics)}_${n}`;
        const note = (n + i) % 3 === 0 ? todo() : "Nothing to do here.";
        put(`source/${area}/${ext}/${name}.${ext}`, make(name, note));
      }
    }
  }
  for (let n = 0; n < 20; n += 1)
    put(
      `source/generated/table${n}.ts`,
      `// TODO: generated, must not be found\nexport const t${n} = ${n};\n`,
    );
  put("source/vendor/lib.min.js", "// FIXME: somebody else's\n");
  put("source/vendor/ours.js", "// TODO(ada): kept by an exception\n");
  put("source/.todoignore", "# what is not ours\n/generated/\nvendor/*\n!vendor/ours.js\n*.min.js\n");
  put("source/README.md", "TODO: not a source file\n");
}

/** A camera's folder: pictures of every kind, and some files that are none. */
function makePictures(): void {
  const dice = new Dice(5);
  for (let i = 1; i <= 120; i += 1) {
    const [width, height] = dice.pick([
      [4032, 3024],
      [1920, 1080],
      [6000, 4000],
    ] as const);
    put(
      `pictures/2026-${two(1 + (i % 12))}/IMG_${String(i).padStart(4, "0")}.jpg`,
      jpeg(width, height, i % 4 === 0),
    );
  }
  for (let i = 1; i <= 40; i += 1) put(`pictures/screens/screen ${i}.png`, png(320 + i * 8, 200 + i));
  for (const [i, kind] of (["VP8 ", "VP8L", "VP8X"] as const).entries()) {
    for (let n = 0; n < 8; n += 1)
      put(`pictures/web/${slug(kind)}-${n}.webp`, webp(kind, 100 + n * 10 + i, 50 + n));
  }
  for (let i = 1; i <= 10; i += 1) put(`pictures/icons/icon${i}.gif`, gif(i * 4, i * 3));
  for (let i = 1; i <= 6; i += 1) put(`pictures/scans/scan${i}.bmp`, bmp(640 + i, i % 2 === 0 ? -480 : 480));
  put("pictures/damaged/cut off.png", png(10, 10).subarray(0, 18));
  put("pictures/damaged/no frame.jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xd9));
  put("pictures/damaged/renamed.gif", "this is text, whatever its name says\n");
}

/** What four sites answer: RSS, Atom, RSS with CDATA and entities, and one that is no feed. */
function makeFeeds(): void {
  const dice = new Dice(6);
  const day = (i: number): Date => new Date(Date.UTC(2026, 9, 30 - i, 8 + (i % 9)));
  const items = Array.from({ length: 40 }, (_, i) => ({
    title: `${dice.pick(topics)}: ${dice.pick(sentences)}`,
    date: day(i),
    i,
  }));
  const rss = (title: string, body: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>${title}</title>\n${body}\n</channel></rss>\n`;
  put(
    "feeds/weekly.xml",
    rss(
      "The Weekly",
      items
        .map(
          ({ title, date, i }) =>
            `<item><title>${title}</title><link>https://weekly.example/${i}</link><pubDate>${date.toUTCString()}</pubDate></item>`,
        )
        .join("\n"),
    ),
  );
  put(
    "feeds/lab.xml",
    `<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Lab notes</title>\n${items
      .slice(0, 25)
      .map(
        ({ title, date, i }) =>
          `<entry><title type="text">${title}</title><link rel="edit" href="https://lab.example/edit/${i}"/><link href="https://lab.example/${i}"/><updated>${date.toISOString()}</updated></entry>`,
      )
      .join("\n")}\n</feed>\n`,
  );
  put(
    "feeds/shop.xml",
    rss(
      "Shop &amp; Sons",
      items
        .slice(0, 10)
        .map(
          ({ i, date }) =>
            `<item><title><![CDATA[<b>Offer</b> [${i}] & more]]></title><guid>https://shop.example/${i}</guid><pubDate>${date.toUTCString()}</pubDate></item>`,
        )
        .join("\n"),
    ),
  );
  put("feeds/page.html", "<html><body>This is no feed.</body></html>\n");
}

rmSync(root, { recursive: true, force: true });
for (const make of [makeNotes, makeTables, makeManual, makeSources, makePictures, makeFeeds, makeContacts])
  make();
