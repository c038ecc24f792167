/*
 * Asking the server over HTTP. An answer is a value whatever happens: `{ok, status, data, headers}` or
 * `{ok: false, status, code, message, data}`; status 0 is that nobody answered, and then nobody knows what was done.
 */

const PATIENCE = 15_000; // ms

export async function get(path, query = {}) {
  const text = new URLSearchParams(query).toString();
  return ask("GET", text ? `${path}?${text}` : path);
}

/** With `keepalive` it is brought even if the page is left meanwhile. */
export async function post(path, body = {}, { keepalive = false } = {}) {
  return ask("POST", path, body, keepalive);
}

export const ofSession = (id, ...more) => ["/api/sessions", encodeURIComponent(id), ...more].join("/");

async function ask(method, path, body, keepalive = false) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      method,
      keepalive,
      signal: stop.signal,
      cache: "no-store",
      credentials: "same-origin",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return read(response, await response.json());
  } catch {
    return { ok: false, status: 0, code: 0, message: "", data: {} }; // no line, no time, or a proxy's own page
  } finally {
    clearTimeout(timer);
  }
}

function read(response, { code, message, data }) {
  const { ok, status, headers } = response;
  return ok ? { ok, status, data, headers } : { ok, status, code, message, data: data ?? {} };
}
