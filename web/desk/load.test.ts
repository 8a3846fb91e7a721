import { expect, it } from 'vitest';
import type { HumanView } from '../shared/types';
import { above, dot, load } from './load';

const person = (held: number, capacity: number, idle?: number) => ({ load: held, idle, profile: { capacity } }) as HumanView;

it('says the units in use, and how many are quiet', () => {
  expect(load(person(0, 1))).toBe('0 of 1 unit');
  expect(load(person(5, 6, 1))).toBe('5 of 6 units · 1 quiet');
});

it('knows when quiet customers wrote again', () => {
  expect([above(person(6, 6)), above(person(7, 6))]).toEqual([false, true]);
});

it('shows who does not look as busy', () => {
  const human = (soft_away_since?: number) => ({ willing: 'available', soft_away_since }) as HumanView;
  expect([dot(human()), dot(human(1))]).toEqual(['available', 'busy']);
});
