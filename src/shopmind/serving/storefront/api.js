// Speaks HTTP to the API like anyone. While nobody answers it asks again and again, and says when somebody does.
const TIMEOUT_MS = 15000, FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 4000, STEADY_MS = 10000, LONGEST_REST_MS = 60000;
const server = { base: location.href, key: "", down: false, upAt: 0, wait: FIRST_WAIT_MS };
const listeners = [];

export function connect(base, key) {
  server.base = base;
  server.key = key || "";
}

export const useKey = (key) => { server.key = key; };
export const keyInUse = () => server.key;
export const addressOf = (path) => new URL(path, server.base);
export const listen = (listener) => listeners.push(listener);
export const isDown = () => server.down;

export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.field = error.field;
  }
}

// Nobody answered, or something between here and the API did.
export class DownError extends Error {}

export async function ask(method, path, body) {
  const headers = {};
  if (server.key) headers["x-api-key"] = server.key;
  if (body !== undefined) headers["content-type"] = "application/json";
  let response, answer;
  try {
    const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS) };
    response = await fetch(addressOf(path), options);
    answer = await response.json();
  } catch (error) {
    goDown();
    throw new DownError(error.message);
  }
  if (!response.ok) throw new ApiError(response.status, answer.error || { message: `HTTP ${response.status}` });
  return answer;
}

// A slate, with the question it answers: why its hits are there is asked only when somebody wants to know.
export async function answered(path, question) {
  return { ...(await ask("POST", path, question)), asked: { path, question } };
}

const explanations = new WeakMap();

export function explained(slate, language) {
  if (!explanations.has(slate)) {
    const { path, question } = slate.asked;
    const asked = ask("POST", path, { ...question, facets: [], explain: true, record: false, language });
    asked.catch(() => explanations.delete(slate));
    explanations.set(slate, asked);
  }
  return explanations.get(slate);
}

// Who goes down again right after coming up is asked less and less: a page that its key does not allow, for instance.
function goDown() {
  if (server.down) return;
  server.down = true;
  server.wait = Date.now() - server.upAt < STEADY_MS ? Math.min(2 * server.wait, LONGEST_REST_MS) : FIRST_WAIT_MS;
  for (const listener of listeners) listener(true);
  tryAgain(server.wait);
}

function tryAgain(wait) {
  setTimeout(async () => {
    try {
      // Without CORS, for nothing is read: a page of another site only learns that somebody is there.
      const options = { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
      const response = await fetch(addressOf("health/live"), options);
      if (!response.ok && response.type !== "opaque") throw new DownError(String(response.status));
      server.down = false;
      server.upAt = Date.now();
      for (const listener of listeners) listener(false);
    } catch {
      tryAgain(Math.max(wait, Math.min(2 * wait, LONGEST_WAIT_MS)));
    }
  }, wait);
}
