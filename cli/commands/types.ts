/** `sbx types`: the declarations of everything that a plugin can use, for editors and type checkers; of a catalog's data sets too. */
import type { Command } from "../command.ts";
import { folders } from "../own.ts";
import { readWords } from "../words.ts";

async function typesOf(path: string): Promise<string> {
  const { loadCatalog } = await import("../compose/catalog.ts");
  const { datasetTypes } = await import("../compose/dataShow.ts");
  const { basesAt } = await import("../compose/grants.ts");
  return datasetTypes(loadCatalog(path, basesAt(process.cwd(), folders().data)));
}

export const types: Command = async (argv, cx) => {
  const { values } = readWords(argv, { command: "types", values: ["catalog"], most: 0 });
  const sets = values.catalog === undefined ? "" : await typesOf(values.catalog);
  await cx.out.write(cx.start.assets("sbx.d.ts"));
  await cx.out.write(sets);
  return 0;
};
