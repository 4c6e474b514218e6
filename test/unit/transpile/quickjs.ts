/** Runs a bundled module in the engine that sbx uses, with nothing but `print` and empty `sbx:` modules. */
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
} from "quickjs-emscripten-core";

export interface Outcome {
  readonly printed: readonly string[];
  /** Raw stack of what the module threw. */
  readonly stack: string | undefined;
}

const facade = (specifier: string): string =>
  `export const readTextFile = () => ${JSON.stringify(`from ${specifier}`)};`;

function stackOf(context: QuickJSContext, error: QuickJSHandle): string {
  const stack = context.getProp(error, "stack");
  const message = context.getProp(error, "message");
  return `${context.getString(message)}\n${context.getString(stack)}`;
}

export async function runInQuickJs(source: string, name: string): Promise<Outcome> {
  const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-ng-wasmfile-release-sync"));
  const runtime = quickjs.newRuntime();
  runtime.setModuleLoader(
    (specifier) => {
      if (specifier.startsWith("sbx:")) return facade(specifier);
      return { error: new TypeError(`engine refused ${specifier}`) };
    },
    (_base, specifier) => specifier,
  );
  const context = runtime.newContext();
  const printed: string[] = [];
  context
    .newFunction("print", (value) => void printed.push(context.getString(value)))
    .consume((print) => context.setProp(context.global, "print", print));
  const evaluated = context.evalCode(source, name, { type: "module" });
  if (evaluated.error !== undefined) return { printed, stack: stackOf(context, evaluated.error) };
  runtime.executePendingJobs();
  const state = context.getPromiseState(evaluated.value);
  return { printed, stack: state.type === "rejected" ? stackOf(context, state.error) : undefined };
}
