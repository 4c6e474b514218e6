/** Call sites for a plugin's own `Error.prepareStackTrace`: V8's methods over frames that are mapped already. What would hand out
 *  functions or receivers gives undefined, as in strict code. */
import { primordials } from "../primordials.ts";
import { type Frame, placeText } from "./frames.ts";

const { defineProperty, push, Symbol } = primordials;

class CallSite {
  readonly #frame: Frame;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  getFileName(): string | null {
    return this.#frame.line === 0 ? null : this.#frame.file;
  }
  getScriptNameOrSourceURL(): string | null {
    return this.getFileName();
  }
  getLineNumber(): number | null {
    return this.#frame.line === 0 ? null : this.#frame.line;
  }
  getColumnNumber(): number | null {
    return this.#frame.line === 0 ? null : this.#frame.column;
  }
  getFunctionName(): string | null {
    return this.#frame.name === "" ? null : this.#frame.name;
  }
  getMethodName(): null {
    return null;
  }
  getTypeName(): null {
    return null;
  }
  getEvalOrigin(): undefined {
    return undefined;
  }
  getFunction(): undefined {
    return undefined;
  }
  getThis(): undefined {
    return undefined;
  }
  isNative(): boolean {
    return this.#frame.line === 0;
  }
  isToplevel(): boolean {
    return this.#frame.name === "";
  }
  isEval(): boolean {
    return false;
  }
  isConstructor(): boolean {
    return false;
  }
  isAsync(): boolean {
    return false;
  }
  isPromiseAll(): boolean {
    return false;
  }
  toString(): string {
    return placeText(this.#frame);
  }
}
defineProperty(CallSite.prototype, Symbol.toStringTag, { value: "CallSite", configurable: true });

export function facades(frames: readonly Frame[]): CallSite[] {
  const sites: CallSite[] = [];
  for (let i = 0; i < frames.length; i++) push(sites, new CallSite(frames[i] as Frame));
  return sites;
}
