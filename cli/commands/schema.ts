/** `sbx schema [NAME]`: the JSON Schema of what sbx prints as JSON, and of the files that people write for it. */
import { fail } from "../../runtime/core/errors.ts";
import { nearest } from "../../runtime/core/nearest.ts";
import type { Command } from "../command.ts";
import { readWords } from "../words.ts";

export const schema: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "schema", switches: ["json"], most: 1 });
  const { published, publishedSchema } = await import("../compose/schemas/published.ts");
  const [name] = words.bare;
  if (name === undefined) {
    const rows = Object.entries(published).map(([key, { title }]) => ({ name: key, title }));
    const lines = rows.map((row) => `${row.name.padEnd(14)} ${row.title}\n`);
    await cx.out.write(words.switches.has("json") ? `${JSON.stringify(rows)}\n` : lines.join(""));
    return 0;
  }
  const found = publishedSchema(name);
  if (found === undefined) {
    const meant = nearest(name, Object.keys(published));
    throw fail(
      "E_USAGE",
      `there is no schema "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
      {
        remedy: "sbx schema lists them",
      },
    );
  }
  await cx.out.write(`${JSON.stringify(found, null, 2)}\n`);
  return 0;
};
