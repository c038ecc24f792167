/*
 * Asking the server over HTTP. An answer is a value whatever happens: `{ok, status, data, headers}` or
 * `{ok: false, status, code, message, data}`; status 0 is that nobody answered, and then nobody knows what was done.
 */

const PATIENCE = 15_000; // ms

export async function get(path, query = {}, { patience = PATIENCE } = {}) {
  const text = new URLSearchParams(query).toString();
  return ask("GET", text ? `${path}?${text}` : path, undefined, { patience });
}

/** With `keepalive` it is brought even if the page is left meanwhile; `stop`, an AbortController, ends it. */
export async function post(path, body = {}, how = {}) {
  return ask("POST", path, body, how);
}

export async function put(path, body = {}, how = {}) {
  return ask("PUT", path, body, how);
}

export async function remove(path, query = {}, how = {}) {
  const text = new URLSearchParams(query).toString();
  return ask("DELETE", text ? `${path}?${text}` : path, undefined, how);
}

const STALLED = 45_000; // ms without a byte moving; an office's line may be slow, but not still

/**
 * Brings a file's bytes; `onProgress` is told how much of them left, 0 to 1. `{answer, abort}`: aborted, the answer is
 * that nobody answered. A request of this kind, since `fetch` does not tell of progress.
 */
export function upload(path, blob, headers, onProgress, method = "POST") {
  const request = new XMLHttpRequest();
  let timer = null;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), STALLED);
  };
  const answer = new Promise((resolve) => {
    request.onloadend = () => {
      clearTimeout(timer);
      const body = readJson(request.responseText);
      const ok = request.status >= 200 && request.status < 300 && body !== null;
      resolve(body ? read({ ok, status: request.status, headers: null }, body) : NOBODY);
    };
  });
  request.upload.onprogress = ({ loaded, total }) => {
    moved();
    onProgress(total ? loaded / total : 0);
  };
  request.open(method, path);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  moved();
  request.send(blob);
  return { answer, abort: () => request.abort() };
}

export const ofSession = (id, ...more) => ["/api/sessions", encodeURIComponent(id), ...more].join("/");

async function ask(method, path, body, { keepalive = false, patience = PATIENCE, headers = {}, stop = new AbortController() }) {
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(path, {
      method,
      keepalive,
      signal: stop.signal,
      cache: "no-store",
      credentials: "same-origin",
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return read(response, await response.json());
  } catch {
    return NOBODY;
  } finally {
    clearTimeout(timer);
  }
}

const NOBODY = { ok: false, status: 0, code: 0, message: "", data: {} }; // no line, no time, or a proxy's own page

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function read(response, { code, message, data }) {
  const { ok, status, headers } = response;
  return ok ? { ok, status, data, headers } : { ok, status, code, message, data: data ?? {} };
}
