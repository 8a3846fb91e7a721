import { day, ms, span } from '../../shared/time';
import type { Package } from '../../shared/types';
import { money, plural, sentence } from '../../shared/words';

export interface Fact {
  label: string;
  text: string;
  /** The turn it rests on. */
  turn?: string;
  tone?: 'soon' | 'late';
}

/**
 * The facts that matter, most useful first; the panel shows two without scrolling. A promise binds whoever answers
 * next, so it leads; then the order and the amount in question, what failed already, who this is, and what is not known.
 */
export function keyFacts(p: Package, now: number): Fact[] {
  const facts: Fact[] = [];
  const promise = p.promises[0];
  if (promise) {
    const left = promise.due ? ms(promise.due) - now : undefined;
    const when = left === undefined ? '' : left >= 0 ? ` (due in ${span(left)})` : ` (${span(-left)} late)`;
    facts.push({ label: 'Promised', text: promise.text + when, turn: promise.turn, ...(left !== undefined && left < 0 ? { tone: 'late' as const } : {}) });
  }
  const order = orderInQuestion(p);
  if (order) {
    const parts = [order.value.status, order.value.total ? money(order.value.total) : '', order.value.expected_at ? `expected ${day(order.value.expected_at)}` : ''];
    const turn = p.entities.find((e) => e.kind === 'reference' && sameReference(e.value, order.value.reference))?.turn;
    facts.push({ label: `Order ${order.value.reference}`, text: parts.filter(Boolean).join(', '), ...(turn ? { turn } : {}) });
  }
  const amount = p.entities.find((e) => e.kind === 'amount');
  if (amount) facts.push({ label: 'Amount named', text: amountWords(amount.value), turn: amount.turn });
  // "I do not know" is no attempt: only answers with a source and tools count.
  const failed = p.tried.filter((a) => a.sources.length > 0 && (a.result === 'did_not_help' || a.result === 'failed'));
  const lastFailed = failed[failed.length - 1];
  if (lastFailed) {
    facts.push({ label: 'Did not help', text: failed.length === 1 ? lastFailed.what : `${plural(failed.length, 'attempt')}, last: ${lastFailed.what}`, turn: lastFailed.turn });
  }
  const record = p.customer.record?.value;
  if (record && (record.tier !== 'standard' || record.lifetime_value)) {
    const parts = [
      record.tier === 'vip' ? 'VIP' : record.tier === 'plus' ? 'Plus' : '',
      record.customer_since ? `since ${record.customer_since}` : '',
      record.lifetime_value ? `${money(record.lifetime_value)} so far` : '',
    ];
    facts.push({ label: 'Customer', text: parts.filter(Boolean).join(', ') });
  }
  if (p.wants) facts.push({ label: 'Wants', text: p.wants.text, ...(p.wants.turns[0] ? { turn: p.wants.turns[0] } : {}) });
  const gap = p.completeness.gaps[0];
  if (gap) facts.push({ label: 'Not known', text: `${sentence(gap.what)}: ${gap.why}` });
  return facts;
}

/** The order that the customer named, or the only one there is. */
export function orderInQuestion(p: Package): Package['orders'][number] | undefined {
  const named = p.orders.find((o) => p.entities.some((e) => e.kind === 'reference' && sameReference(e.value, o.value.reference)));
  return named ?? (p.orders.length === 1 ? p.orders[0] : undefined);
}

function sameReference(a: string, b: string): boolean {
  const bare = (s: string) => s.replace(/[^a-z0-9]/gi, '').toUpperCase();
  return bare(a) === bare(b);
}

/** An amount entity is `12995 EUR`, in minor units. */
export function amountWords(value: string): string {
  const match = /^(-?\d+) ([A-Z]{3})$/.exec(value);
  return match?.[1] && match[2] ? money({ minor: Number(match[1]), currency: match[2] }) : value;
}
