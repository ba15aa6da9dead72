// Talks to the service: a few requests at once, patience when it is busy, and its own words when it refuses.
const AT_ONCE = 3;
const TURNS = 8; // so often a busy service is asked before its refusal is shown
const LONGEST_WAIT = 30; // seconds between two turns, whatever the service asks for
const PATIENCE = 60; // seconds for one answer

const waiting = [];
let running = 0;
let key = "";

/** A refusal or a silence in words; `again` where trying again may help. */
export class Failure extends Error {
  constructor(title, detail, { again = true, locked = false } = {}) {
    super(detail);
    Object.assign(this, { title, again, locked });
  }
}

export const useKey = (text) => { key = text; };

/** Runs a job when its turn comes; at most AT_ONCE run at a time. */
export function queue(job) {
  waiting.push(job);
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift()().finally(() => { running -= 1; next(); });
  }
}

/**
 * The JSON that the service answers.
 * path: relative, so that the page works below any prefix. busy: told how many seconds will be waited.
 */
export async function ask(path, { method = "GET", body, headers = {}, signal, busy = () => {} } = {}) {
  if (key) headers = { ...headers, Authorization: `Bearer ${key}` };
  for (let turn = 1; ; turn += 1) {
    const response = await reach(path, { method, body, headers }, signal);
    if (response.ok) return read(response);
    const seconds = secondsToWait(response);
    if (seconds === null || turn === TURNS) throw await refusal(response);
    busy(seconds);
    await pause(seconds, signal);
  }
}

/** The class of a picture, which a service that takes feedback keeps for it. Its name stays here: nobody has a use for it. */
export function classify(file, more) {
  const body = new FormData();
  body.append("file", file, "picture");
  return ask("predict?keep=true", { method: "POST", body, ...more });
}

async function reach(path, options, signal) {
  const patience = new AbortController();
  const stop = () => patience.abort();
  const timer = setTimeout(stop, PATIENCE * 1000);
  signal?.addEventListener("abort", stop);
  try {
    return await fetch(path, { ...options, signal: patience.signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error.name === "AbortError") {
      throw new Failure("No answer", `The service has not answered within ${PATIENCE} seconds. Try again later.`);
    }
    throw await silence(options.body);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

// A browser does not say why a request failed, so ask for something small.
async function silence(body) {
  const alive = await fetch("healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) }).then(() => true, () => false);
  if (!alive) {
    return new Failure("The service does not answer", "It may be down, or this device has no connection to it. Check both, then try again.");
  }
  const size = body?.get?.("file")?.size;
  const large = size > 1e6 ? ` It has ${(size / 1e6).toFixed(1)} MB, and may be larger than the service takes.` : "";
  return new Failure("The picture could not be sent", `The connection was cut, or the file has changed or is a folder.${large} Choose it once more, or a smaller one.`);
}

async function read(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new Failure("The answer cannot be read", "It is cut short, or something else answers at this address. Try again.");
  }
}

async function refusal(response) {
  const problem = await response.json().catch(() => null);
  const more = { again: response.status >= 500 || [408, 429].includes(response.status), locked: response.status === 401 };
  if (typeof problem?.detail === "string") return new Failure(String(problem.title ?? "The service refused"), problem.detail, more);
  const detail = `It answered with status ${response.status} and without words. Something between this page and the service may be at fault. Try again later.`;
  return new Failure("The service cannot be used", detail, more);
}

function secondsToWait(response) {
  const text = response.headers.get("Retry-After");
  if (![429, 503].includes(response.status) || !text) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0.2), LONGEST_WAIT);
}

function pause(seconds, signal) {
  const longer = seconds * (1 + Math.random() / 4); // those that were refused together should not come back together
  return new Promise((done, stop) => {
    const timer = setTimeout(done, longer * 1000);
    signal?.addEventListener("abort", () => { clearTimeout(timer); stop(signal.reason); }, { once: true });
  });
}
