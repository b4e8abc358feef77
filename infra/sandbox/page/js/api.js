// The sandbox's control API. A refusal is thrown as an `ApiError` that carries the server's code and sentence.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message || code || `HTTP ${status}`);
    this.status = status;
    this.code = code;
  }
}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/_sandbox${path}`, options);
  const document = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, document.error, document.message);
  return document;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const patchTo = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);

/** Calls `hear` with each change the server tells, and `state` with true or false as the line opens or breaks. */
export function listen(hear, state) {
  const source = new EventSource("/_sandbox/stream");
  source.onopen = () => state(true);
  source.onerror = () => state(false);
  source.onmessage = (event) => hear(JSON.parse(event.data));
  return source;
}
