/** Collects TODO, FIXME, HACK and XXX comments of a source tree, by owner and due date. What .todoignore names is left out.
 *  Arguments: the folder; `--json` for one JSON array; `--today=YYYY-MM-DD` to say what is overdue. */

import { readTextFile } from "sbx:fs";
import { args } from "sbx:plugin";
import { isSource } from "@example/comments";
import { collectTodos, type Todo } from "./collectTodos.ts";
import { renderTodos } from "./renderTodos.ts";
import { walkSources } from "./walkSources.ts";

const option = (name: string): string | undefined =>
  args.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

const folder = args.find((word) => !word.startsWith("--")) ?? ".";
const today = option("today") ?? new Date().toISOString().slice(0, 10);

const todos: Todo[] = [];
let files = 0;
for await (const path of walkSources(folder, isSource)) {
  todos.push(...collectTodos(path, await readTextFile(`${folder}/${path}`)));
  files += 1;
}

if (args.includes("--json")) console.log(JSON.stringify(todos, null, 2));
else console.log(renderTodos(todos, today));
console.warn(`${todos.length} in ${files} files`);
