import { clockTime } from '../../shared/time';
import type { Requirements, RoutingView } from '../../shared/types';

/** What a person must have, in one line. */
export function needs(r: Requirements): string {
  const parts = Object.entries(r.skills).map(([skill, level]) => `${skill} ${level}`);
  if (r.language) parts.push(`language ${r.language}`);
  if (r.region) parts.push(`region ${r.region}`);
  parts.push(...Object.entries(r.attributes ?? {}).map(([name, value]) => `${name} ${value}`));
  if (r.who) parts.push(`who: ${r.who}`);
  const queues = r.queues.join(' or ');
  return parts.length > 0 ? `Needs ${parts.join(', ')}, from ${queues}` : `Anybody of ${queues}`;
}

/** How many could take it, and how many of those are there. The server puts whoever could take it now first. */
export function summary(r: RoutingView): string {
  const qualified = r.candidates.filter((c) => c.qualified).length;
  return qualified === 0 ? 'nobody qualifies' : `${qualified} of ${r.candidates.length} qualify`;
}

/** Whether somebody who is asked has looked. */
export const seen = (asked: { seen_at?: string | null }): string => (asked.seen_at ? `seen at ${clockTime(asked.seen_at)}` : 'not seen yet');
