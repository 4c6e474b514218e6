/** Whose remembered answers are whose: a script's are bound to its exact content, a plugin's to its id and its publisher's key. Text
 *  that compares equal exactly for the same subject. */

export type Subject =
  /** SHA-256 of everything that the script is made of, in hex. */
  | { readonly kind: "script"; readonly content: string }
  | { readonly kind: "plugin"; readonly id: string; readonly publisher: string };

export function printSubject(subject: Subject): string {
  switch (subject.kind) {
    case "script":
      return `script ${subject.content}`;
    case "plugin":
      return `plugin ${subject.id} ${subject.publisher}`;
    default:
      return subject satisfies never;
  }
}
