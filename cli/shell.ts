/** Words as a POSIX shell reads them back. */

/** Unquoted where that is safe (a leading `~/` behind `=` stays for sbx to read), else in single quotes. */
export function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) && !/^[~=]/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
