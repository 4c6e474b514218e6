import type { Birthday } from "./nextBirthday.ts";

const when = ({ inDays, date }: Birthday): string =>
  inDays === 0 ? "today" : inDays === 1 ? "tomorrow" : `${date}, in ${inDays} days`;

/** A Markdown page. */
export function renderReport(birthdays: readonly Birthday[], today: string): string {
  const lines = birthdays.map((birthday) => `- **${birthday.name}** turns ${birthday.age} ${when(birthday)}`);
  return `# Birthdays after ${today}\n\n${lines.join("\n") || "None."}\n`;
}
