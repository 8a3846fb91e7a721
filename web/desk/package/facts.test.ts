import { expect, it } from 'vitest';
import type { Package } from '../../shared/types';
import { amountWords, keyFacts, orderInQuestion } from './facts';

const now = Date.parse('2026-03-02T14:00:00Z');

const order = (reference: string) => ({
  value: { reference, customer: 'c1', status: 'delayed', placed_at: '2026-02-20T10:00:00Z' },
  source: 'shop',
  fetched_at: '2026-03-02T13:59:00Z',
});

function pack(over: Partial<Package> = {}): Package {
  return {
    promises: [],
    orders: [],
    entities: [],
    tried: [],
    customer: { verified: false, past_contacts: [] },
    completeness: { score: 1, gaps: [] },
    ...over,
  } as unknown as Package;
}

it('puts a promise before everything, and says when it is late', () => {
  const p = pack({
    promises: [{ text: 'A call by 13:00', turn: 't4', due: '2026-03-02T13:00:00Z' }],
    orders: [order('1182')],
  } as Partial<Package>);
  const facts = keyFacts(p, now);
  expect(facts[0]).toMatchObject({ label: 'Promised', text: 'A call by 13:00 (1 h late)', turn: 't4', tone: 'late' });
  expect(facts[1]?.label).toBe('Order 1182');
});

it('finds the order that was named, however it was written', () => {
  const p = pack({
    orders: [order('A-1'), order('B-2')],
    entities: [{ kind: 'reference', value: 'B2', turn: 't1', span: { start: 0, end: 2 } }],
  } as Partial<Package>);
  expect(orderInQuestion(p)?.value.reference).toBe('B-2');
  expect(orderInQuestion(pack({ orders: [order('A-1'), order('B-2')] } as Partial<Package>))).toBeUndefined();
});

it('counts only answers with a source and tools as attempts', () => {
  const attempt = (sources: string[]) => ({ turn: 't2', what: 'Answered', sources, result: 'did_not_help' });
  expect(keyFacts(pack({ tried: [attempt([])] } as Partial<Package>), now)).toEqual([]);
  expect(keyFacts(pack({ tried: [attempt(['Returns'])] } as Partial<Package>), now)[0]).toMatchObject({ label: 'Did not help', turn: 't2' });
});

it('says what is not known rather than nothing', () => {
  expect(keyFacts(pack({ completeness: { score: 0.5, gaps: [{ what: 'order', why: 'no number was given' }] } }), now)).toEqual([
    { label: 'Not known', text: 'Order: no number was given' },
  ]);
});

it('reads amounts in minor units', () => {
  expect(amountWords('12995 EUR')).toMatch(/129[.,]95/);
  expect(amountWords('odd')).toBe('odd');
});
