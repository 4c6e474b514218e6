import { expect, test } from "vitest";
import { Room } from "../../../runtime/gate/room.ts";

const MB = 1024 ** 2;

/** Takes and tells whether it had to wait. */
async function taking(room: Room, bytes: number): Promise<{ waits: boolean; free: Promise<() => void> }> {
  let done = false;
  const free = room.take(bytes).then((give) => {
    done = true;
    return give;
  });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  return { waits: !done, free };
}

test("small answers are never kept waiting", async () => {
  const room = new Room(MB);
  await room.take(MB);
  expect((await taking(room, 1000)).waits).toBe(false);
});

test("what does not fit waits until enough was given back", async () => {
  const room = new Room(10 * MB);
  const [first, second] = [await room.take(6 * MB), await room.take(3 * MB)];
  const third = await taking(room, 5 * MB);
  expect(third.waits).toBe(true);
  second();
  expect((await taking(room, 5 * MB)).waits).toBe(true);
  first();
  expect(await third.free).toBeTypeOf("function");
});

test("a later small request does not overtake a waiting large one for ever", async () => {
  const room = new Room(10 * MB);
  const first = await room.take(10 * MB);
  const large = await taking(room, 10 * MB);
  const medium = await taking(room, MB);
  expect([large.waits, medium.waits]).toEqual([true, true]);
  first();
  (await large.free)();
  expect(await medium.free).toBeTypeOf("function");
});

test("one answer larger than the room has it for itself", async () => {
  const room = new Room(MB);
  expect((await taking(room, 5 * MB)).waits).toBe(false);
  expect((await taking(room, MB)).waits).toBe(true);
});

test("giving back twice gives back once", async () => {
  const room = new Room(MB);
  const free = await room.take(MB);
  free();
  free();
  await room.take(MB);
  expect((await taking(room, MB)).waits).toBe(true);
});
