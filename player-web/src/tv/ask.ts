// Requests to the API. A television that somebody has signed in brings its token; else cookies say who asks.

import { language } from "./text";

const TIMEOUT_MS = 15000;
const TOKEN_KEY = "kapok.tv.token";

export interface Answer {
  status: number; // 0: none came
  body: unknown; // null when there is none that can be read
}

let kept: string | null | undefined; // undefined: not looked up yet

export function token(): string | null {
  if (kept === undefined) {
    try {
      kept = localStorage.getItem(TOKEN_KEY);
    } catch (_error) {
      kept = null; // forbidden storage: signed in until the page is closed
    }
  }
  return kept;
}

export function keepToken(value: string | null): void {
  kept = value;
  try {
    if (value === null) localStorage.removeItem(TOKEN_KEY);
    else localStorage.setItem(TOKEN_KEY, value);
  } catch (_error) {
    // As above.
  }
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch (_error) {
    return null;
  }
}

/** Called when the token is no longer good; it has been forgotten then. */
export let onTokenRefused: () => void = function () {};
export function setOnTokenRefused(handler: () => void): void {
  onTokenRefused = handler;
}

/** One request; `done` comes once, unless the function that is returned is called before: it calls the request off. */
export function ask(method: string, url: string, body: unknown, done: (answer: Answer) => void): () => void {
  const request = new XMLHttpRequest();
  const sent = token();
  let isOver = false;
  const finish = function () {
    if (isOver) return;
    isOver = true;
    if (request.status === 401 && sent !== null && sent === token()) {
      keepToken(null);
      onTokenRefused();
    }
    done({ status: request.status, body: parse(request.responseText) });
  };
  request.open(method, url, true);
  request.timeout = TIMEOUT_MS;
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Accept-Language", language);
  if (sent !== null) request.setRequestHeader("Authorization", "Bearer " + sent);
  if (body !== null) request.setRequestHeader("Content-Type", "application/json");
  request.onload = request.onerror = request.ontimeout = finish;
  request.send(body === null ? null : JSON.stringify(body));
  return function () {
    if (isOver) return;
    isOver = true;
    request.abort();
  };
}

export function get(url: string, done: (answer: Answer) => void): () => void {
  return ask("GET", url, null, done);
}

/** A text file, such as captions; null when it did not come. */
export function getText(url: string, done: (text: string | null) => void): void {
  const request = new XMLHttpRequest();
  request.open("GET", url, true);
  request.timeout = TIMEOUT_MS;
  request.onload = function () {
    done(request.status === 200 ? request.responseText : null);
  };
  request.onerror = request.ontimeout = function () {
    done(null);
  };
  request.send(null);
}
