export interface Note {
  readonly title: string;
  readonly text: string;
}

/** @throws when the service does not answer as it should, or the note may not go there */
export async function summarise(service: string, note: Note): Promise<string> {
  const answer = await fetch(service, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(note),
  });
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  const { summary } = (await answer.json()) as { summary: string };
  return summary;
}
