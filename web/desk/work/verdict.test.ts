import { expect, it } from 'vitest';
import { complete, emptyTaps, nextQuestion } from './verdict';

it('is complete after three taps', () => {
  const taps = emptyTaps();
  expect(nextQuestion(taps)).toBe(0);
  taps.couldAi = 'with_missing';
  expect(nextQuestion(taps)).toBe(1);
  taps.missing = 'knowledge';
  expect(complete(taps)).toBeUndefined();
  taps.smooth = 'so_so';
  expect(nextQuestion(taps)).toBe(3);
  expect(complete(taps)).toEqual({ could_ai: 'with_missing', missing: 'knowledge', smooth: 'so_so' });
});

it('asks nothing about what was missing when the AI could have done it', () => {
  const taps = { ...emptyTaps(), couldAi: 'yes' as const, missing: 'tool' as const };
  expect(nextQuestion(taps)).toBe(2);
  expect(complete({ ...taps, smooth: 'yes', note: ' fine ' })).toEqual({ could_ai: 'yes', missing: 'nothing', smooth: 'yes', note: 'fine' });
});
