// Requests. A refusal is an Error whose text is the gateway's own sentence, with `status`.

export class Refusal extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

async function request(method, path, body) {
  const options = { method, credentials: "same-origin", headers: {}, signal: AbortSignal.timeout(10000) };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Refusal("the gateway does not answer", 0);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(answer?.error ?? `the gateway answered ${response.status}`, response.status);
  return answer;
}

const one = (name) => `/points/${encodeURIComponent(name)}`;

export const api = {
  session: () => request("GET", "/session"),
  signIn: (user, password) => request("POST", "/session", { user, password }),
  signOut: () => request("DELETE", "/session"),
  claim: (code, user, password) => request("POST", "/claim", { code, user, password }),
  plan: () => request("GET", "/plan"),
  display: () => request("GET", "/display"),
  write: (name, value) => request("PUT", one(name), { value }),
  alarm: (name, body) =>
    request("POST", `/alarms/${encodeURIComponent(name)}/${body ? "shelve" : "acknowledge"}`, body ?? undefined),
  history: (name, fromMs, toMs, buckets) =>
    request("GET", `${one(name)}/history?from=${fromMs / 1000}&to=${toMs / 1000}&buckets=${buckets}`),
};
