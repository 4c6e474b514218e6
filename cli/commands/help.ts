/** `sbx help [topic]`. */
import { fail } from "../../runtime/core/errors.ts";
import { nearest } from "../../runtime/core/nearest.ts";
import type { Command } from "../command.ts";
import { later } from "../commands.ts";
import { overview } from "../pages/overview.ts";
import { topics } from "../pages/topics.ts";
import { readWords } from "../words.ts";

export const help: Command = async (argv, cx) => {
  const [topic] = readWords(argv, { command: "help", most: 1 }).bare;
  if (topic === undefined) {
    await cx.out.write(overview);
    return 0;
  }
  const page = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (page === undefined) throw unknownTopic(topic);
  await cx.out.write(page);
  return 0;
};

function unknownTopic(topic: string) {
  if (/^E_[A-Z_]+$/.test(topic))
    return fail("E_USAGE", `${topic} is an error code`, { remedy: `sbx explain ${topic}` });
  if (later.has(topic)) return fail("E_USAGE", `"${topic}" is not available in this version`);
  const close = nearest(topic, Object.keys(topics));
  const meant = close === undefined ? "" : ` Did you mean "${close}"?`;
  return fail("E_USAGE", `there is no help about "${topic}".${meant}`, { remedy: "sbx --help" });
}
