import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { paths } from './api';
import { ApiError, asProblem, OFFLINE } from './problem';

export type Api = Client<paths>;

/** Every write carries a key: a repeated request is answered, not repeated. */
const once: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', newKey());
    }
    return request;
  },
};

/** `randomUUID` exists only on secure origins; a shop's test page may be plain HTTP. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export function connect(baseUrl: string, token?: () => string | undefined): Api {
  const api = createClient<paths>({ baseUrl, cache: 'no-store' });
  api.use(once);
  if (token) {
    api.use({
      onRequest({ request }) {
        const t = token();
        if (t) request.headers.set('authorization', `Bearer ${t}`);
        return request;
      },
    });
  }
  return api;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer, or an `ApiError` that says what was wrong. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw new ApiError(OFFLINE);
  }
  if (!answer.response.ok) throw new ApiError(asProblem(answer.response.status, answer.error));
  return answer.data as T;
}
