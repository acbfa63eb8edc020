// The page speaks HTTP to the API like anyone: relative addresses, so that it works under any prefix.
export const context = JSON.parse(document.body.dataset.context);

let key = context.key || sessionStorage.getItem("key");

export function useKey(given) {
  key = given;
  sessionStorage.setItem("key", given);
}

export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.field = error.field;
  }
}

export async function ask(method, path, body) {
  const headers = {};
  if (key) headers["x-api-key"] = key;
  if (body !== undefined) headers["content-type"] = "application/json";
  const started = performance.now();
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new ApiError(response.status, answer.error);
  return { ...answer, round_ms: performance.now() - started };
}

// Who is asking: a user of the shop, or a visit without a name.
export const who = {
  user: sessionStorage.getItem("user") || "",
  session: sessionStorage.getItem("session") || newSession(),
  become(user) {
    this.user = user;
    this.session = newSession();
    sessionStorage.setItem("user", user);
  },
  asking() {
    return this.user ? { user: this.user, session: this.session } : { session: this.session };
  },
  doing() {
    return this.user ? { user_id: this.user, session_id: this.session } : { session_id: this.session };
  },
};

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function newSession() {
  const session = `page-${newId()}`;
  sessionStorage.setItem("session", session);
  return session;
}
