/** What a live power can do, one interface a kind of authority. Only the gate hands these out, opened from a resolved target, and
 *  only for as long as one operation runs: after that every method fails. Implemented in runtime/powers, used by operations. */
import type { GovernedNeed, HandleType, PathTarget, Target } from "./capability.ts";
import type { DatasetPower, StorePower } from "./dataPowers.ts";

export interface FileInfo {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  readonly size: number;
  /** Milliseconds since the epoch, or null where the system has none. */
  readonly mtime: number | null;
  readonly atime: number | null;
  readonly birthtime: number | null;
  readonly mode: number | null;
}

export interface FolderEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** Read access to one resolved file or folder. Bytes are charged to the grant before they are handed out. */
export interface ReadPower {
  /** The whole file. @throws E_LIMIT_BYTES over `max`; E_NOT_FOUND; E_INVALID for a folder */
  bytes(max: number): Promise<Uint8Array>;
  stat(): Promise<FileInfo>;
  /** Does the path lead to something? */
  exists(): Promise<boolean>;
  /** The canonical path. @throws E_NOT_FOUND */
  realPath(): string;
  /** All entries in name order (by code unit), in pages, without those that a rule says are not there. */
  list(): Promise<FolderCursor>;
  /** What changes from now on in this folder, or of this file. Only what the grants cover is ever told; links are not followed.
   *  @throws E_NOT_FOUND; E_LIMIT_HANDLES for more folders or names than can be followed */
  watch(options: WatchOptions): Promise<FileWatcher>;
}

export interface WatchOptions {
  /** Also in every folder below it. */
  readonly recursive: boolean;
}

/** Something that happened. Paths are in the plugin's words. */
export interface FileEvent {
  /** `rename` has two paths, from and to; `overflow` names what is watched: more happened than could be told, so look again. */
  readonly kind: "create" | "modify" | "remove" | "rename" | "overflow";
  readonly paths: readonly string[];
}

/** Changes under way, judged when they are handed over. */
export interface FileWatcher {
  /** Waits for the next ones; none at the end, which comes when what is watched was removed, moved or replaced, or on `close`. */
  next(): Promise<readonly FileEvent[]>;
  close(): Promise<void>;
}

/** A listing under way; `next` gives an empty page at the end. */
export interface FolderCursor {
  next(max: number): Promise<readonly FolderEntry[]>;
  close(): Promise<void>;
}

export interface ReplaceOptions {
  readonly append?: boolean;
  /** true: make it if missing (the default). false: it must exist. */
  readonly create?: boolean;
  /** It must not exist. */
  readonly createNew?: boolean;
  readonly mode?: number;
}

/** Change access to one resolved file or folder. */
export interface WritePower {
  /** Writes the whole file: a temporary file beside it, then a rename; or appends. A kill leaves the old or the new content. */
  replace(content: Uint8Array, options: ReplaceOptions): Promise<void>;
  /** Like `replace`, from another file's content, at most `max` bytes, never through this process's memory as a whole. */
  replaceFrom(source: ReadPower, max: number): Promise<void>;
  makeFolder(options: { recursive: boolean; mode?: number }): Promise<void>;
  /** A new folder inside this one with an unpredictable name; gives its canonical path. */
  makeTempFolder(prefix: string): Promise<string>;
  /** @throws E_WRITE, with nothing removed, for a folder that holds something that is not granted */
  remove(options: { recursive: boolean }): Promise<void>;
  /** Moves this entry to where `target` stands, replacing a file there. `read`: read access to the same entry. @throws E_WRITE for
   *  a folder that holds something that is not granted */
  moveTo(target: WritePower, read: ReadPower): Promise<void>;
}

export interface OpenOptions {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly truncate: boolean;
  readonly create: boolean;
  readonly createNew: boolean;
  readonly mode?: number;
}

/** Both sides of opening a file in place; `open` needs the powers that its options name. */
export interface FileOpener {
  open(sides: { read?: ReadPower; write?: WritePower }, options: OpenOptions): Promise<OpenFile>;
}

/** An open file. Positions are kept here, not in the guest. */
/** Bytes in memory that its owner uses again after `back`. Who never calls it leaves them to the collector. */
export interface Lent {
  readonly bytes: Uint8Array;
  /** `bytes` will not be looked at any more. Once; more calls do nothing. */
  back(): void;
}

export interface OpenFile {
  /** Up to `max` bytes from the position; empty at the end. */
  read(max: number): Promise<Lent>;
  /** All of `bytes` at the position (or the end, for append). */
  write(bytes: Uint8Array): Promise<number>;
  seek(offset: number, from: "start" | "current" | "end"): Promise<number>;
  stat(): Promise<FileInfo>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
  /** A streaming body: the broker pulls. */
  readonly upload?: UploadSource;
  readonly redirect: "follow" | "error" | "manual";
}

/** Where the bytes of a streaming request come from. */
export interface UploadSource {
  /** undefined at the end. @throws what ended the upload early */
  next(): Promise<Uint8Array | undefined>;
  /** Nothing more will be pulled; whoever still writes fails with `why`. */
  close(why?: unknown): void;
}

export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: ResponseBody | null;
}

/** A response body under way, already decompressed, counted against the body limit and the traffic of the grant. */
export interface ResponseBody {
  /** Up to `max` bytes; an empty array only at the end. */
  read(max: number): Promise<Uint8Array>;
  /** Known to have nothing more to read. */
  readonly ended: boolean;
  cancel(): Promise<void>;
}

export interface SocketOptions {
  readonly headers: readonly (readonly [string, string])[];
  /** Subprotocols, the preferred one first; the server must choose one of them. */
  readonly protocols: readonly string[];
}

/** One whole message. */
export interface SocketMessage {
  readonly bytes: Uint8Array;
  /** UTF-8, checked. */
  readonly text: boolean;
}

/** How a socket was closed in good order: status code and reason of RFC 6455 §7.1.5 (1005: none was given). */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** An open WebSocket; what comes and goes is counted against the traffic of the grant. */
export interface OpenSocket {
  readonly url: string;
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
  /** The next message, or how the other side closed. @throws E_LIMIT_BYTES for a message over the body limit; E_UNAVAILABLE when the
   *  connection broke or the other side does not keep to the protocol; the end of the lease */
  receive(): Promise<SocketMessage | SocketEnd>;
  /** Resolves once the system took the message. @throws E_UNAVAILABLE when it is closed; E_LIMIT_TIME when the other side takes nothing */
  send(message: SocketMessage): Promise<void>;
  /** Says goodbye and waits for the answer, a few seconds at most; what was not received by then is given up. */
  close(code: number | undefined, reason: string): Promise<SocketEnd>;
  /** Ends the connection at once. */
  cancel(): Promise<void>;
}

/** One request to one judged URL; redirects and addresses are judged on the way through `Lease.obtain` and `Lease.admit`. */
export interface NetPower {
  request(options: RequestOptions): Promise<ResponseHead>;
  /** Opens a WebSocket; a redirect is a refusal. */
  connect(options: SocketOptions): Promise<OpenSocket>;
}

export interface EnvPower {
  get(name: string): string | undefined;
  /** Names and values that the grants cover. */
  all(): Record<string, string>;
}

export interface HostPower {
  call(args: unknown): Promise<unknown>;
}

/** Kind → power. */
export interface PowerOf {
  read: ReadPower;
  write: WritePower;
  net: NetPower;
  data: StorePower | DatasetPower;
  env: EnvPower;
  host: HostPower;
}

/** What a power holds while its operation (or its handle) lives. The gate makes it and ends it. */
export interface Lease {
  /** Aborted when the operation is cancelled, a limit strikes, a label closes the sink, or the grant is revoked or expires. */
  readonly signal: AbortSignalLike;
  /** @throws once the lease has ended */
  alive(): void;
  /** Charges bytes that come in or go out; call before they are handed on. @throws E_LIMIT_BYTES, E_EXPIRED, E_REVOKED, E_FLOW */
  spend(bytes: number, direction: "in" | "out"): void;
  /** Waits until this run may hold so many more bytes that were read and not yet handed over; call before allocating them. */
  room(bytes: number): Promise<void>;
  /** Judges the same need with more known of it (an address, another resolved form). @throws the denial */
  admit(target: Target): Promise<void>;
  /** New authority met on the way (a redirect): the whole gate, with a prompt if need be. Gives the lease of the new target.
   *  @throws the denial */
  obtain(need: GovernedNeed): Promise<{ target: Target; lease: Lease }>;
  /** How it went tells what is in the target (that a value is taken already): raises its labels before anybody is told. */
  learn(target: Target): void;
  /** Would the target be granted as things stand? Then what covers it is charged: one use an operation, and `bytes`, which are about
   *  to be handed on. What would raise a label that the run does not carry is not granted by it. Asks nobody, audits nothing. */
  permits(target: Target, bytes: number): boolean;
  /** Tells of a target whether a rule says that it is not there; null where no rule says so of anything of this kind. */
  hides(): ((target: Target) => boolean) | null;
  /** Would the target be granted as things stand? Charges nothing, asks nobody, audits nothing. */
  grants(target: Target): boolean;
  /** Does a grant (of that kind, if any) begin at this path or below it, in either form? Then a link that comes to stand there would lead
   *  the grant elsewhere the next time that it is resolved. */
  begins(target: PathTarget, kind?: PathTarget["kind"]): boolean;
  /** Labels, sorted, that what is kept now has to keep: those of the run that its store is not cleared for. */
  readonly keeps: readonly string[];
  /** Limits that apply to this run, in bytes and milliseconds. */
  readonly limits: PowerLimits;
}

export interface PowerLimits {
  /** Largest body that is read whole. */
  readonly body: number;
  readonly requestTimeout: number;
  readonly kv: number;
}

/** The part of AbortSignal that powers use (core knows no web types). */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** One kind of authority, as the gate sees it: from need to target without acting, from target to power with a lease. */
export interface PowerSource<N extends GovernedNeed = GovernedNeed, P = PowerOf[N["kind"]]> {
  /** Canonical form. Acts on nothing, asks no name server, tells nobody whether the target exists. The target may be an instance
   *  that pins what was resolved (an open directory handle), released by `release`. @throws E_INVALID for a malformed need */
  resolve(need: N): Promise<Target>;
  open(target: Target, lease: Lease): Promise<P>;
  release(target: Target): void;
  /** What an operation gets when the target is ignored ("not there"); without it the operation fails as not found. */
  absent?(target: Target): P;
}

/** Things that outlive the operation that made them. */
export interface HandleEntry {
  readonly type: HandleType;
  readonly object: unknown;
  close(): Promise<void>;
}
