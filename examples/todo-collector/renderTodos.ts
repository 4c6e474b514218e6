/** TODO comments for people: what is overdue first, then by owner. Pure. */
import { kinds, type Todo } from "./collectTodos.ts";

const byDue = (a: Todo, b: Todo): number => (a.due ?? "9999").localeCompare(b.due ?? "9999");

function lineOf({ path, line, kind, due, text }: Todo): string {
  return `  ${kind.padEnd(5)} ${path}:${line}  ${text}${due === null ? "" : `  (due ${due})`}`;
}

/** `today` as YYYY-MM-DD. */
export function renderTodos(todos: readonly Todo[], today: string): string {
  const overdue = todos.filter(({ due }) => due !== null && due < today).sort(byDue);
  const others = todos.filter((todo) => !overdue.includes(todo));
  const owners = [...new Set(others.map(({ owner }) => owner))].sort((a, b) =>
    (a ?? "\uffff").localeCompare(b ?? "\uffff"),
  );
  const blocks = owners.map((owner) => {
    const mine = others.filter((todo) => todo.owner === owner).sort(byDue);
    return [`${owner ?? "nobody's"} (${mine.length})`, ...mine.map(lineOf)];
  });
  if (overdue.length > 0) blocks.unshift([`overdue (${overdue.length})`, ...overdue.map(lineOf)]);
  const counts = kinds.map((kind) => `${todos.filter((todo) => todo.kind === kind).length} ${kind}`);
  return [...blocks.map((block) => block.join("\n")), counts.join(", ")].join("\n\n");
}
