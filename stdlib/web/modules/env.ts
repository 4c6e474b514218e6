/** `sbx:env`: environment variables that a grant names. */
import { call } from "sbx:chunk/boot";

/** The value of a variable, or undefined where there is none. @throws PermissionDenied */
export async function get(name: string): Promise<string | undefined> {
  return ((await call("env.get", { name })) as string | null) ?? undefined;
}

/** Is there such a variable? @throws PermissionDenied */
export async function has(name: string): Promise<boolean> {
  return (await call("env.get", { name })) !== null;
}

/** Every variable that the grants cover. */
export async function toObject(): Promise<Record<string, string>> {
  return (await call("env.toObject", {})) as Record<string, string>;
}
