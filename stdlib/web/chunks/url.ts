/** URL and URLSearchParams; and for other chunks, form encoding. */
export {
  isURLSearchParams,
  type Pair,
  pairsOf,
  parseForm,
  serializeForm,
  URLSearchParams,
} from "../url/search-params.ts";
export { URL } from "../url/url.ts";
