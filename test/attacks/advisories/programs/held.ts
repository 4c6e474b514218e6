/** What the programs here say: BREAK where a promise is broken, and at the end how many were tried. */
let tried = 0;

/** Must be refused, in words of sbx's list or as wrong arguments. */
export async function refused(what: string, work: () => unknown): Promise<void> {
  tried += 1;
  try {
    const got = await work();
    console.log(`BREAK ${what}: ${String(JSON.stringify(got)).slice(0, 100)}`);
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string };
    if (!code?.startsWith("E_") && name !== "TypeError")
      console.log(`BREAK ${what} ends with ${String(error)}`);
    if (code === "E_INTERNAL") console.log(`BREAK ${what} is a defect: ${String(error)}`);
  }
}

/** Whatever it does, it must not give this. */
export async function never(
  what: string,
  bad: (value: unknown) => boolean,
  work: () => unknown,
): Promise<void> {
  tried += 1;
  try {
    const got = await work();
    if (bad(got)) console.log(`BREAK ${what}: ${String(JSON.stringify(got)).slice(0, 100)}`);
  } catch (error) {
    if ((error as { code?: string }).code === "E_INTERNAL")
      console.log(`BREAK ${what} is a defect: ${String(error)}`);
  }
}

export function holds(what: string, ok: boolean): void {
  tried += 1;
  if (!ok) console.log(`BREAK ${what}`);
}

export const end = (): void => console.log(`held ${tried}`);
