/** The catalog of a run: read, held against the plugin that is to run, and put behind the gate. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Catalog, type Dataset, type Field, parseCatalog } from "../../runtime/core/catalog.ts";
import { fail } from "../../runtime/core/errors.ts";
import { type Grant, parseGrant } from "../../runtime/core/grant.ts";
import type { LabelRule } from "../../runtime/gate/flow.ts";
import { DataClient } from "../../runtime/powers/data/client.ts";
import type { ServedSet } from "../../runtime/powers/data/protocol.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import { installationKey } from "../../runtime/powers/own/installationKey.ts";
import { makeFolder } from "../../runtime/powers/own/makeFolder.ts";
import { type GrantBases, grantContext, resolveGrant } from "./grants.ts";

export interface FiledCatalog {
  /** Absolute; null where there is none. */
  readonly path: string | null;
  readonly catalog: Catalog;
}

/** Larger ones are not catalogs, in bytes. */
const MAX_SIZE = 4 * 1024 * 1024;

const none: FiledCatalog = { path: null, catalog: { datasets: new Map() } };

/** @throws E_CATALOG */
export function loadCatalog(path: string | undefined, bases: GrantBases): FiledCatalog {
  if (path === undefined) return none;
  const context = grantContext({ ...bases, folder: dirname(resolve(path)) });
  return { path: resolve(path), catalog: parseCatalog(readCatalog(path), path, context) };
}

function readCatalog(path: string): string {
  let bytes: Uint8Array;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw Object.assign(new Error("it is no file"), { code: "no file" });
    if (stats.size > MAX_SIZE) throw Object.assign(new Error("it is too large"), { code: "EFBIG" });
    bytes = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw fail("E_CATALOG", `the catalog ${path} cannot be read (${code})`, {
      cause,
      remedy: "name a readable catalog file",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw fail("E_CATALOG", `the catalog ${path} is not UTF-8 text`);
  }
}

/** The same with what flags and policies label besides: a bare grant does not cover a field that carries a label, whoever put it there. */
export function labelledCatalog({ path, catalog }: FiledCatalog, rules: readonly LabelRule[]): FiledCatalog {
  const labelsOn = (dataset: string, field: string): string[] =>
    rules.flatMap(({ source: { kind, scope }, label }) => {
      if (kind !== "data") return [];
      if (scope === null) return [label];
      const speaks = scope.kind === "data" && scope.dataset === dataset;
      return speaks && (scope.fields.length === 0 || scope.fields.includes(field)) ? [label] : [];
    });
  const datasets = [...catalog.datasets].map(([name, set]): [string, Dataset] => {
    const fields = [...set.fields].map(([field, one]): [string, Field] => [
      field,
      { ...one, labels: [...new Set([...one.labels, ...labelsOn(name, field)])] },
    ]);
    return [name, { ...set, fields: new Map(fields) }];
  });
  return { path, catalog: { datasets: new Map(datasets) } };
}

/** What the catalog's labels are attached to: fields, whole data sets, and the files that they lie in. */
export function catalogLabels({ catalog }: FiledCatalog, bases: GrantBases): LabelRule[] {
  const rule =
    (source: Grant) =>
    (label: string): LabelRule => ({ source, label });
  return [...catalog.datasets.values()].flatMap((set) => {
    const fields = [...set.fields.values()];
    const whole = dataGrant(set.name, []);
    const every = new Set([...set.labels, ...fields.flatMap(({ labels }) => labels)]);
    return [
      ...set.labels.map(rule(whole)),
      // A mask lets out what it leaves (FLOW 6c).
      ...fields
        .filter(({ mask }) => mask === undefined)
        .flatMap(({ name, labels }) => labels.map(rule(dataGrant(set.name, [name])))),
      ...filesOf(set).flatMap((path) => [...every].flatMap((label) => fileRules(path, label, bases))),
    ];
  });
}

const dataGrant = (dataset: string, fields: readonly string[]): Grant => ({
  effect: "deny",
  kind: "data",
  scope: { kind: "data", dataset, fields, access: "read" },
  options: {},
});

/** Every file that a data set lies in. */
export const catalogFiles = ({ catalog }: FiledCatalog): string[] =>
  [...catalog.datasets.values()].flatMap(filesOf);

/** Should one be reached in another way, it still holds the same. */
function fileRules(path: string, label: string, bases: GrantBases): LabelRule[] {
  const text = `read=${path.replace(/[\\,=]/g, (c) => `\\${c}`)}`;
  return parseGrant(text, grantContext(bases), "deny").map((source) => ({
    source: resolveGrant(source),
    label,
  }));
}

/** Beside a SQLite file lie what was not yet taken over into it (https://www.sqlite.org/tempfiles.html). */
function filesOf({ source }: Dataset): string[] {
  switch (source.type) {
    case "sqlite":
      return [source.path, `${source.path}-wal`, `${source.path}-journal`];
    case "csv":
    case "json":
    case "ndjson":
      return [source.path];
    case "postgres":
    case "host":
      return [];
    default:
      return source satisfies never;
  }
}

/** Data sets that the catalog keeps from this plugin, as denies with the place that says so. */
export function catalogDenies({ catalog }: FiledCatalog, plugin: string): { grant: Grant; at: string }[] {
  return [...catalog.datasets.values()]
    .filter(({ allow }) => allow !== null && !allow.includes(plugin))
    .map((set) => ({ grant: dataGrant(set.name, []), at: `${set.at} (allow)` }));
}

export interface DataClientParts {
  readonly own: OwnFolders;
  /** Whose hashes are the same from run to run. */
  readonly identity: string;
  readonly timeout: number;
}

export function dataClient(
  { catalog }: FiledCatalog,
  { own, identity, timeout }: DataClientParts,
): DataClient {
  return new DataClient({
    start: startDataServer,
    sets: [...catalog.datasets.values()].map((set) => servedSet(set, hashKey(set, own, identity))),
    timeout,
  });
}

/** @param key hexadecimal, of the mask `hash` */
export function servedSet(set: Dataset, key: string): ServedSet {
  const { name, source, writable, filter, fields, summaries } = set;
  return {
    name,
    source: source.type === "postgres" ? { ...source, url: { text: urlOf(set, source.url) } } : source,
    writable,
    filter,
    fields: [...fields.values()],
    summaries: [...summaries.values()],
    hashKey: key,
  };
}

function urlOf({ name, at }: Dataset, url: { text: string } | { variable: string }): string {
  if ("text" in url) return url.text;
  const text = process.env[url.variable];
  if (text) return text;
  throw fail("E_CATALOG", `${at}: the variable ${url.variable}, which says where ${name} lies, is not set`);
}

/** Of this plugin and data set in this installation; nothing where no field needs one. */
function hashKey({ name, fields }: Dataset, own: OwnFolders, identity: string): string {
  if (![...fields.values()].some(({ mask }) => mask === "hash")) return "";
  const folder = `${own.data}/masks`;
  makeFolder(folder);
  return createHmac("sha256", installationKey(folder)).update(`${identity}\0${name}`).digest("hex");
}

/** The same executable as the data server: no environment, no terminal, nothing inherited but the channel. */
function startDataServer(): ChildProcess {
  const self = process.platform === "linux" ? "/proc/self/exe" : process.execPath;
  return spawn(self, ["--sbx-data"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: {},
    cwd: "/",
    detached: true,
    windowsHide: true,
  });
}
