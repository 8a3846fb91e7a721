import type { Turn } from '../../shared/types';

/** The part before the handover, and the part since. Without a handover everything is the first part. */
export function split(turns: Turn[], acceptedAt: string | undefined): { ai: Turn[]; human: Turn[] } {
  if (!acceptedAt) return { ai: turns, human: [] };
  const at = Date.parse(acceptedAt);
  const first = turns.findIndex((t) => Date.parse(t.at) >= at);
  return first < 0 ? { ai: turns, human: [] } : { ai: turns.slice(0, first), human: turns.slice(first) };
}

/** Text around a span. Spans count characters, which JavaScript's indices do not. */
export function around(text: string, span: { start: number; end: number } | null | undefined): [string, string, string] {
  if (!span || span.end <= span.start) return [text, '', ''];
  const chars = Array.from(text);
  return [chars.slice(0, span.start).join(''), chars.slice(span.start, span.end).join(''), chars.slice(span.end).join('')];
}
