/** fetch and its classes. */
export { fetch } from "../fetch/fetch.ts";
export { type Header, Headers, listOf } from "../fetch/headers.ts";
export { Request } from "../fetch/request.ts";
export { Response } from "../fetch/response.ts";
