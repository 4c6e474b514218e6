/** Heads of FAIL frames, as JSON texts. */

/** The guest has no memory left. */
export function memoryFailure(): string {
  return failureOf("memory", "RangeError", "out of memory");
}

export function failureOf(kind: string, name: string, message: string): string {
  return JSON.stringify({ error: { name, message, stack: "", kind } });
}

/** A failure as the guest tells it: names what the engine's own errors stand for. */
export function refined(failure: string): string {
  const { error } = JSON.parse(failure) as { error: { name: unknown; message: unknown; kind: string } };
  if (error.message === "out of memory" && error.name === "InternalError") error.kind = "memory";
  if (error.message === "Maximum call stack size exceeded" && error.name === "RangeError")
    error.kind = "stack";
  return JSON.stringify({ error });
}
