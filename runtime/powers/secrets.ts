/** Does a text hold something that looks like a key or a token? By the recommended rules of secretlint; the only importer of it. Loaded when a
 *  policy asks for it. */
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";

const config = {
  rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }],
};

/** What was found, in plain words without the secret itself. */
export async function findSecrets(text: string): Promise<string[]> {
  const source = { content: text, filePath: "outgoing.txt", ext: ".txt", contentType: "text" as const };
  const { messages } = await lintSource({ source, options: { noPhysicFilePath: true, config } });
  return messages.map(({ messageId, ruleId }) => wordsOf(messageId, ruleId));
}

/** `GITHUB_TOKEN` is a GitHub token; other names say little without the rule's. */
function wordsOf(message: string, rule: string): string {
  const family = rule.replace(/^.*secretlint-rule-/, "");
  return `a secret (${family}: ${message.toLowerCase().replaceAll("_", " ")})`;
}
