/** What nobody may touch through any grant: sbx's own files, policies, the plugin's own package, and doors into processes. Knows where
 *  they lie, not why they do. */
import type { PathTarget } from "../core/capability.ts";
import { PathMap } from "../core/pathMap.ts";

/** Absolute path, as it is called or as it lies on disk; each form is added for itself. */
export interface Protected {
  readonly path: string;
  readonly what: string;
}

export class ProtectedPlaces {
  readonly #places = new PathMap<Protected>();

  add(place: Protected): void {
    this.#places.add(place.path, place);
  }

  /** What the target is, lies in, or would take along: for the refusal. */
  touched(target: PathTarget): string | undefined {
    let what: string | undefined;
    const found = (place: Protected): boolean => {
      what = place.what;
      return true;
    };
    const { canonical, lexical } = target;
    const lies =
      this.#places.above(canonical, found) ||
      (lexical !== canonical && this.#places.above(lexical, found)) ||
      ((target.tree || target.arrives === true) && this.#places.below(canonical, found));
    if (lies) return what;
    return target.type === "forbidden" ? "a door to a process or terminal" : undefined;
  }
}
