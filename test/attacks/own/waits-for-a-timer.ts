/** Waits as long as waits-for-input.ts does, for nothing that the broker would have to give up. */
await new Promise((resolve) => setTimeout(resolve, 60_000));
