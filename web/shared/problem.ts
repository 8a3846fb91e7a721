/** RFC 9457 problem documents, as every error of the API arrives. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  places: { at: string; problem: string }[];
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

export const OFFLINE: Problem = {
  status: 0,
  code: 'offline',
  title: 'No connection',
  detail: 'Baton could not be reached. Check your network and try again.',
  places: [],
};

/** Makes a problem of whatever came back, also of a proxy's HTML page. */
export function asProblem(status: number, body: unknown): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof b[key] === 'string' ? b[key] : '');
  return {
    status,
    code: text('code') || text('type').split(/[/:#]/).pop() || `http_${status}`,
    title: text('title') || (status >= 500 ? 'Baton had a fault' : `Refused (${status})`),
    detail: text('detail') || (status >= 500 ? 'Nothing was changed. Try again in a moment.' : ''),
    places: Array.isArray(b.places) ? (b.places as Problem['places']) : [],
  };
}

export function problemOf(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : OFFLINE;
}
