import { expect, it } from 'vitest';
import { line, mean, series } from './multiples';
import type { Balance } from '../../shared/types';

it('draws gaps where a day has no denominator', () => {
  expect(line([0, 1, undefined, 1], 30, 10).path).toBe('M0.0 10.0L10.0 0.0M30.0 0.0');
  expect(line([undefined], 30, 10).path).toBe('');
});

it('survives a flat line and an empty one', () => {
  expect(line([2, 2], 10, 10).path).toBe('M0.0 10.0L10.0 10.0');
  expect(line([], 10, 10).path).toBe('');
  expect(mean([undefined])).toBeUndefined();
  expect(mean([1, undefined, 3])).toBe(2);
});

it('says a dash when nothing can be divided', () => {
  const empty = { conversations: 0, contained: 0, verdicts: 0, needless: 0 } as Balance;
  expect(series[0]?.words(empty)).toBe('–');
  expect(series[0]?.words({ ...empty, conversations: 8, contained: 6 })).toBe('75%');
});
