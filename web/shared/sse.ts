/** The event-stream format, read from fetch: EventSource can neither send a bearer token nor tell why it failed. */

export interface ServerEvent {
  event: string;
  data: string;
}

/** Feed it text in pieces of any size; it answers with the events completed by each piece. */
export class SseParser {
  #rest = '';
  #event = '';
  #data: string[] = [];

  push(chunk: string): ServerEvent[] {
    const done: ServerEvent[] = [];
    this.#rest += chunk;
    for (;;) {
      const match = /\r\n|\n|\r/.exec(this.#rest);
      if (!match) break;
      // A lone CR at the end may be half of a CRLF: wait for the next piece.
      if (match[0] === '\r' && match.index === this.#rest.length - 1) break;
      const line = this.#rest.slice(0, match.index);
      this.#rest = this.#rest.slice(match.index + match[0].length);
      const event = this.#line(line);
      if (event) done.push(event);
    }
    return done;
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') {
      const event = this.#data.length > 0 ? { event: this.#event || 'message', data: this.#data.join('\n') } : undefined;
      this.#event = '';
      this.#data = [];
      return event;
    }
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    return undefined;
  }
}

/** Wait before the nth try to reconnect: doubling from half a second to fifteen, spread so that desks do not return at once. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(15_000, 500 * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
