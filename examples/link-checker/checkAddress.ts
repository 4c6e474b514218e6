/** Asks for each address once, however many links lead to it: HEAD first, GET where HEAD is not supported. A page that is
 *  linked with a fragment is read as a stream, only as far as needed to find the element. Redirects are followed; one
 *  for good is reported, so that the link gets mended. */
export interface Detour {
  readonly from: string;
  readonly to: string;
}

/** For each request. */
const PATIENCE_MS = 2000;
/** A page is searched for its anchor up to here. */
const SEARCH_BYTES = 4 * 1024 * 1024;

export class AddressChecker {
  readonly #detours: readonly Detour[];
  readonly #answers = new Map<string, Promise<string | null>>();

  constructor(detours: readonly Detour[]) {
    this.#detours = detours;
  }

  /** How many different addresses were asked for. */
  get asked(): number {
    return this.#answers.size;
  }

  /** What is wrong with the address; null when it is fine. @throws PermissionDenied */
  check(address: string): Promise<string | null> {
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    const detour = this.#detours.find(({ from }) => address.startsWith(from));
    const real = detour === undefined ? address : detour.to + address.slice(detour.from.length);
    const answer = ask(real);
    this.#answers.set(address, answer);
    return answer;
  }
}

async function ask(address: string): Promise<string | null> {
  try {
    const [url = "", anchor = ""] = address.split("#", 2);
    const method = anchor === "" ? "HEAD" : "GET";
    let response = await send(url, method);
    if (method === "HEAD" && (response.status === 405 || response.status === 501)) {
      response = await send(url, "GET");
    }
    if (!response.ok) return await dropped(response, `status ${response.status}`);
    if (anchor !== "") return (await holds(response, anchor)) ? null : `no element "${anchor}"`;
    return await dropped(response, response.redirected ? await movedTo(url) : null);
  } catch (error) {
    return explain(error);
  }
}

function send(url: string, method: string, redirect: RequestRedirect = "follow"): Promise<Response> {
  return fetch(url, { method, redirect, signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** Lets go of a body that nobody reads. */
async function dropped<T>(response: Response, verdict: T): Promise<T> {
  await response.body?.cancel();
  return verdict;
}

/** Where a permanent redirect leads; null for one that is only for now. */
async function movedTo(url: string): Promise<string | null> {
  const hop = await send(url, "HEAD", "manual");
  const permanent = hop.status === 301 || hop.status === 308;
  return dropped(hop, permanent ? `moved for good to ${hop.headers.get("location")}` : null);
}

async function holds(response: Response, anchor: string): Promise<boolean> {
  const wanted = [`id="${anchor}"`, `name="${anchor}"`, `id=${anchor}>`];
  const decoder = new TextDecoder();
  let [seen, tail] = [0, ""];
  for await (const chunk of response.body ?? []) {
    const text = tail + decoder.decode(chunk, { stream: true });
    if (wanted.some((mark) => text.includes(mark))) return true;
    tail = text.slice(-(anchor.length + 8));
    seen += chunk.length;
    if (seen > SEARCH_BYTES) break;
  }
  return false;
}

/** Denials are the reader's business, not the link's, and pass; everything else is a verdict. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (error.name === "PermissionDenied") throw error;
  if (error.name === "TimeoutError") return `no answer within ${PATIENCE_MS / 1000} s`;
  return error.message;
}
