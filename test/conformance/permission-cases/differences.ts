/** Answers that sbx gives otherwise on purpose, each group with its reason. */
import type { Verdict } from "./judge.ts";

const list: readonly { readonly is: Verdict; readonly because: string; readonly ids: string }[] = [
  {
    is: "prompt",
    because:
      "a link leads out of the grant: not covered, so a person may be asked about the resolved target; with nobody to ask it is denied",
    ids: "c109 c111 c113 c120 c121 c130 c216 c218 c219 c220 c225",
  },
  {
    is: "prompt",
    because: "a kernel file needs a grant that names it: a person may name it when asked",
    ids: "c190 c191",
  },
  { is: "prompt", because: "the grant that is missing beside the others is asked about", ids: "c227 c228" },
  {
    is: "prompt",
    because: "a bare grant is for public addresses: a person may name this one when asked",
    ids: "c287 c288 c289 c295 c386 c387 c388 c389",
  },
  { is: "prompt", because: "the URL standard takes an empty port for the scheme's own", ids: "c342" },
  { is: "prompt", because: "a host is what IDNA makes of it, and shown so", ids: "c362 c363" },
  { is: "granted", because: "/dev/null is always open, also through a link", ids: "c132" },
  {
    is: "granted",
    because: "there is no such operation; the grant alone is judged here",
    ids: "c229 c230 c237",
  },
  { is: "granted", because: "the listing holds the granted variables and no others", ids: "c547" },
  { is: "granted", because: "a backslash escapes the comma in sbx's grammar", ids: "c164" },
  {
    is: "granted",
    because: "a bare allow means everything of the kind, whatever stands beside it",
    ids: "c171",
  },
  { is: "granted", because: "the URL standard makes 127.1 the granted 127.0.0.1", ids: "c372" },
  { is: "denied", because: "a name with NUL names nothing", ids: "c147" },
  { is: "denied", because: "a host that is no URL host is no target", ids: "c369" },
  { is: "denied", because: "only http: and https: can be fetched", ids: "c427 c431" },
  { is: "denied", because: "a URL holds no zone index", ids: "c329" },
  { is: "denied", because: "data: modules are not loaded, and are no file", ids: "c541" },
  { is: "refused at start", because: "an empty scope is an error; a comma is written \\,", ids: "c165" },
  {
    is: "refused at start",
    because: "a net scope begins with a host, never with a port or a socket's path",
    ids: "c439 c446 c494 c495 c498",
  },
  { is: "refused at start", because: "a star stands at the end of a variable's name", ids: "c483" },
  {
    is: "refused at start",
    because: "the URL standard has no host that ends in a number and is no address",
    ids: "c506 c507",
  },
  { is: "refused at start", because: "there is no such kind", ids: "c245" },
  { is: "prompt", because: "blocks of IPv6 addresses can be written", ids: "c501 c502" },
];
export const differs = new Map(
  list.flatMap(({ ids, ...row }) => ids.split(" ").map((id) => [id, row] as const)),
);
