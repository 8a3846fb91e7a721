import { describe, expect, it } from 'vitest';
import { ago, dueWords, length, span, tone } from './time';

const now = Date.parse('2026-03-02T14:00:00Z');
const at = (offset: number) => new Date(now + offset).toISOString();

describe('span', () => {
  it.each([
    [0, '0:00'],
    [100_000, '1:40'],
    [599_000, '9:59'],
    [600_000, '10 min'],
    [3_600_000, '1 h'],
    [11_400_000, '3 h 10 min'],
    [7 * 3_600_000 + 60_000, '7 h'],
    [86_400_000, '1 day'],
    [3 * 86_400_000, '3 days'],
    [-5, '0:00'],
  ])('%d ms is %s', (millis, words) => expect(span(millis)).toBe(words));
});

describe('length', () => {
  it.each([
    [48_000, '48 s'],
    [200_000, '3 min 20 s'],
    [660_000, '11 min'],
    [3_900_000, '1 h 5 min'],
  ])('%d ms is %s', (millis, words) => expect(length(millis)).toBe(words));
});

it('says when something is due, and how late it is', () => {
  expect(dueWords('first_reply', at(100_000), now)).toBe('first reply in 1:40');
  expect(dueWords('next_reply', at(-20_000), now)).toBe('reply 0:20 late');
});

it('turns amber before the due time and red after it', () => {
  expect(tone(now + 61_000, now)).toBe('calm');
  expect(tone(now + 60_000, now)).toBe('soon');
  expect(tone(now, now)).toBe('late');
});

it('says how long ago as people do', () => {
  expect(ago(at(-10_000), now)).toBe('just now');
  expect(ago(at(-240_000), now)).toBe('4 min ago');
  expect(ago(at(-30 * 3_600_000), now)).toBe('yesterday');
});
