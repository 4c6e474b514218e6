/** What a program was made of, for stacks: its source map and its bundled text, kept beside the instance where the guest cannot
 *  change them. Nothing of it is decoded before the first stack is read. */
import { type Positions, positionsOf } from "../transpile/positions.ts";

/** The engine makes stacks of at most this many frames. */
const MAX_FRAMES = 64;

export class Sources {
  #name = "";
  #kept: Buffer = Buffer.alloc(0);
  #sourceBytes = 0;
  #positions: Positions | undefined;

  /** `body` is the source, then its map; copied when there is a map. */
  take(name: string, body: Uint8Array, sourceBytes: number): void {
    this.#name = name;
    this.#sourceBytes = sourceBytes;
    this.#positions = undefined;
    this.#kept = body.length > sourceBytes ? Buffer.from(body) : Buffer.alloc(0);
  }

  /** Answers the guest (`host.positions` of stdlib/web/host.ts). Takes anything; what is no list of frames has no answer. */
  positions(json: string): string {
    if (this.#kept.length === 0) return "[]";
    this.#positions ??= positionsOf(
      this.#kept.toString("utf8", this.#sourceBytes),
      this.#name,
      this.#kept.toString("utf8", 0, this.#sourceBytes),
    );
    const asked = parsed(json);
    return JSON.stringify(asked.slice(0, MAX_FRAMES).map((frame) => this.#place(frame)));
  }

  #place(frame: unknown): readonly [string, number, number] | 0 | null {
    if (!Array.isArray(frame)) return null;
    const [file, line, column, callee] = frame as unknown[];
    if (file !== this.#name || typeof line !== "number" || typeof column !== "number") return null;
    const place = this.#positions?.at(line, column, typeof callee === "string" ? callee : "");
    return place === undefined ? 0 : [place.file, place.line, place.column];
  }
}

function parsed(json: string): unknown[] {
  try {
    const asked: unknown = JSON.parse(json);
    return Array.isArray(asked) ? asked : [];
  } catch {
    return [];
  }
}
