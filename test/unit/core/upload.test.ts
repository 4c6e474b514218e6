import { expect, test } from "vitest";
import { fail } from "../../../runtime/core/errors.ts";
import { Upload } from "../../../runtime/core/upload.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const settled = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);

test("chunks come in the order of the writes, then the end", async () => {
  const upload = new Upload();
  const writes = [upload.write(bytes(1)), upload.write(bytes(2))];
  upload.end();
  expect([await upload.next(), await upload.next(), await upload.next()]).toEqual([
    bytes(1),
    bytes(2),
    undefined,
  ]);
  await Promise.all(writes);
});

test("a write waits until its bytes are taken", async () => {
  const upload = new Upload();
  const write = upload.write(bytes(1));
  expect(await settled(write)).toBe(false);
  await upload.next();
  expect(await settled(write)).toBe(true);
});

test("it is over when the end was taken, not when it was said", async () => {
  const upload = new Upload();
  const write = upload.write(bytes(1));
  upload.end();
  expect(await settled(upload.over)).toBe(false);
  await upload.next();
  expect(await settled(upload.over)).toBe(false);
  await upload.next();
  expect(await settled(upload.over)).toBe(true);
  await write;
});

test("whoever waits for bytes hears of the end", async () => {
  const upload = new Upload();
  const next = upload.next();
  upload.end();
  expect(await next).toBeUndefined();
  expect(await settled(upload.over)).toBe(true);
});

test("closing refuses those who write, those who read and those who come later, with the first reason", async () => {
  const why = fail("E_REVOKED", "revoked");
  const writing = new Upload();
  const write = writing.write(bytes(1));
  writing.close(why);
  writing.close(fail("E_INTERNAL", "later"));
  for (const refused of [write, writing.write(bytes(2)), writing.next()])
    await expect(refused).rejects.toBe(why);
  const reading = new Upload();
  const next = reading.next();
  reading.end(why);
  await expect(next).rejects.toBe(why);
  expect(await settled(reading.over)).toBe(true);
});
