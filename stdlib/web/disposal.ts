/** The symbols behind `using` and `await using`, which the engine does not have: TypeScript's lowered form, and classes that plugins write,
 *  find them where they belong. */
import { primordials } from "./primordials.ts";

const { defineProperty, Symbol } = primordials;

export function addDisposalSymbols(): void {
  const names = ["dispose", "asyncDispose"];
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    // Refused, and of no effect, where the engine has it.
    defineProperty(Symbol, name, {
      value: Symbol(`Symbol.${name}`),
      writable: false,
      enumerable: false,
      configurable: false,
    });
  }
}
