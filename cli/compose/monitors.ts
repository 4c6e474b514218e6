/** The monitors that the policies ask for: each policy's count, and where two say what one does, the stricter. */
import { type Monitor, type MonitorAction, monitorActions } from "../../runtime/gate/monitor.ts";
import type { PolicySet } from "./policies.ts";

const stricter = (a: MonitorAction, b: MonitorAction): MonitorAction =>
  monitorActions.indexOf(a) > monitorActions.indexOf(b) ? a : b;

export function monitorsOf({ rules }: PolicySet): Monitor[] {
  const stated = rules.map(({ monitor }) => monitor);
  const secrets = stated.flatMap((one) => one.secrets ?? []);
  const canaries = stated.flatMap((one) => one.canaries ?? []);
  return [
    ...(secrets.length === 0 ? [] : [secretMonitor(secrets.reduce(stricter))]),
    ...canaries.map(({ values, action }) => canaryMonitor(values, action)),
  ];
}

const secretMonitor = (action: MonitorAction): Monitor => ({
  name: "secrets",
  action,
  look: async (text) => {
    const { findSecrets } = await import("../../runtime/powers/secrets.ts");
    return await findSecrets(text);
  },
});

/** Planted where nobody has any business: whoever hands one out has been there. As it is, and in the encodings that people use by themselves;
 *  who hides it finds a way, which is why the labels stand in front. */
function canaryMonitor(values: readonly string[], action: MonitorAction): Monitor {
  const forms = values.flatMap((value) => {
    const bytes = Buffer.from(value);
    const whole = [
      value,
      bytes.toString("hex"),
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
    ];
    // In base64 a text looks in three ways, by where it begins; its ends depend on what stands beside it.
    const shifted = [0, 1, 2].map((pad) =>
      Buffer.concat([Buffer.alloc(pad), bytes])
        .toString("base64url")
        .slice(pad === 0 ? 0 : 4, -4),
    );
    return [...whole, ...shifted.filter((form) => form.length >= 8)].map((form) => form.toLowerCase());
  });
  return {
    name: "canaries",
    action,
    look: async (text) => {
      const plain = text.toLowerCase().replaceAll("+", "-").replaceAll("/", "_");
      const lower = text.toLowerCase();
      return forms.some((form) => lower.includes(form) || plain.includes(form)) ? ["a canary"] : [];
    },
  };
}
