/** The engine process: one instance, sealed by the operating system, that talks to its broker over one descriptor.
 *
 *  Order: instance and prelude up → sealed → READY → configuration → program → work. Guest bytes come after the seal,
 *  or not at all. It never ends by itself: the broker kills it, and it goes when the broker is gone.
 *
 *  Entry of the asset `engine.js`. */

import { FROM_ENGINE, type RawFrame, TO_ENGINE } from "../channel.ts";
import { pure } from "../pure/pure.ts";
import { decodeImage, type Image } from "./image.ts";
import { Link, roomFor } from "./link.ts";
import { Realm } from "./realm.ts";
import { prepare, seal } from "./seal/seal.ts";
import { Sources } from "./sources.ts";
import { growStack } from "./stack.ts";
import { compile } from "./wasm.ts";

/** What the executable gives: bytes of its assets, never to be written to. */
export interface ChildStart {
  readonly assets: (name: string) => Uint8Array;
}

const DEFAULT_MEMORY = 128 * 1024 * 1024;
const MAX_STACK = 1024 * 1024;
/** What the engine's own process may use beyond the guest's memory, in bytes. */
const HOST_MEMORY = 128 * 1024 * 1024;

/** Exit code that says: not sealed, nothing was run. */
export const UNSEALED = 69;

export async function main(options: readonly string[], { assets }: ChildStart): Promise<void> {
  const link = new Link();
  const parent = process.ppid;
  const memory = memoryOf(options);
  let walls: readonly string[];
  let realm: Realm;
  try {
    prepare();
    growStack();
    const module = compile(assets("quickjs.wasm"));
    const stored = assetOf(assets, "engine.image");
    const image = stored && decodeImage(stored);
    const sources = new Sources();
    const create = (bytes: number) => createRealm(module, image, bytes, assets, link, sources);
    realm = await create(memory);
    walls = seal({ parent, memory: memory + HOST_MEMORY });
    link.send(FROM_ENGINE.ready, 0, JSON.stringify({ walls, pid: process.pid }));
    await serve(link, realm, memory, create, sources);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = { name: "EngineFault", message, stack: "", code: "E_UNAVAILABLE", kind: "engine" };
    link.send(FROM_ENGINE.fail, 0, JSON.stringify({ error: failure }));
    link.flush();
    process.exit(UNSEALED);
  }
  process.exit(0);
}

/** Reads frames until the broker is gone. */
async function serve(
  link: Link,
  first: Realm,
  memory: number,
  create: (memory: number) => Promise<Realm>,
  sources: Sources,
): Promise<void> {
  let realm = first;
  let started = false;
  let seen = 0;
  for (;;) {
    const frame = link.read();
    if (frame === undefined) return;
    seen += 1;
    if (frame.type === TO_ENGINE.config) {
      const config = JSON.parse(frame.head) as { memory: number; stack: number };
      if (config.memory < memory && !started) realm = await create(config.memory);
      realm.setStackLimit(Math.min(config.stack, MAX_STACK));
      continue;
    }
    if (realm.failure !== undefined) continue;
    started ||= frame.type === TO_ENGINE.program;
    take(realm, sources, frame);
    if (realm.failure === undefined && link.hasMore) continue;
    const idle = realm.idle();
    if (idle !== undefined) link.send(FROM_ENGINE.idle, seen >>> 0, idle);
    else link.send(FROM_ENGINE.fail, 0, realm.failure ?? "");
  }
}

interface ProgramHead {
  readonly name: string;
  readonly seed?: string | null;
  /** How much of the body's end is the source map. */
  readonly mapBytes: number;
}

function take(realm: Realm, sources: Sources, { type, id, head, body }: RawFrame): void {
  switch (type) {
    case TO_ENGINE.program: {
      const { name, seed, mapBytes } = JSON.parse(head) as ProgramHead;
      // Where the machine stands must not show in a run that is the same everywhere.
      if (seed != null) process.env.TZ = "UTC";
      const sourceBytes = body.length - mapBytes;
      sources.take(name, body, sourceBytes);
      realm.start(name, body.subarray(0, sourceBytes), head);
      break;
    }
    case TO_ENGINE.result:
      realm.deliver(id, true, head, body);
      break;
    case TO_ENGINE.error:
      realm.deliver(id, false, head, body);
      break;
    case TO_ENGINE.wake:
      realm.wake();
      break;
    case TO_ENGINE.event:
      realm.event(head);
      break;
    default:
      throw new Error(`frame type ${type}`);
  }
}

function createRealm(
  module: WebAssembly.Module,
  image: Image | undefined,
  memory: number,
  assets: ChildStart["assets"],
  link: Link,
  sources: Sources,
): Promise<Realm> {
  return Realm.create({
    module,
    image,
    memory,
    stack: MAX_STACK,
    chunk: (name) => assetOf(assets, `guest/${name}.js`),
    pure,
    positions: (json) => sources.positions(json),
    outlet: {
      call(id, head, body) {
        if (body !== undefined && body.length > roomFor(Buffer.byteLength(head))) {
          throw new RangeError("more bytes than one call takes (64 MiB)");
        }
        link.send(FROM_ENGINE.call, id, head, body);
      },
      out(stream, text) {
        link.send(FROM_ENGINE.out, stream, "", Buffer.from(text));
        link.flush();
      },
    },
  });
}

function assetOf(assets: ChildStart["assets"], name: string): Uint8Array | undefined {
  try {
    return assets(name);
  } catch {
    return undefined;
  }
}

function memoryOf(options: readonly string[]): number {
  const given = options.find((option) => option.startsWith("--memory="));
  const bytes = Number(given?.slice("--memory=".length));
  return bytes > 0 ? bytes : DEFAULT_MEMORY;
}
