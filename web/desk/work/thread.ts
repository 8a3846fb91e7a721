import type { Turn } from '../../shared/types';

/** The part before the handover, and the part since. Without a handover everything is the first part. */
export function split(turns: Turn[], acceptedAt: string | undefined): { ai: Turn[]; human: Turn[] } {
  if (!acceptedAt) return { ai: turns, human: [] };
  const at = Date.parse(acceptedAt);
  const first = turns.findIndex((t) => Date.parse(t.at) >= at);
  return first < 0 ? { ai: turns, human: [] } : { ai: turns.slice(0, first), human: turns.slice(first) };
}

export interface Place {
  turn: string;
  span: { start: number; end: number };
}

/** Where a text occurs, in any case, in order. Spans count characters. */
export function matches(turns: Turn[], query: string): Place[] {
  const wanted = Array.from(query.trim().toLowerCase());
  if (wanted.length === 0) return [];
  const found: Place[] = [];
  for (const turn of turns) {
    const chars = Array.from(turn.text, (c) => c.toLowerCase());
    for (let at = 0; at + wanted.length <= chars.length; at++) {
      if (wanted.every((c, i) => chars[at + i] === c)) {
        found.push({ turn: turn.id, span: { start: at, end: at + wanted.length } });
        at += wanted.length - 1;
      }
    }
  }
  return found;
}

/** Text around a span. Spans count characters, which JavaScript's indices do not. */
export function around(text: string, span: { start: number; end: number } | null | undefined): [string, string, string] {
  if (!span || span.end <= span.start) return [text, '', ''];
  const chars = Array.from(text);
  return [chars.slice(0, span.start).join(''), chars.slice(span.start, span.end).join(''), chars.slice(span.end).join('')];
}
