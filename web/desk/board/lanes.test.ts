import { expect, it } from 'vitest';
import type { WaitingDot } from '../../shared/types';
import { END, pack, progress } from './lanes';

const dot = (since: string, target: string) => ({ since, target }) as WaitingDot;

it('places an item by its age against its target', () => {
  const now = Date.parse('2026-03-02T14:01:00Z');
  expect(progress(dot('2026-03-02T14:00:00Z', '2026-03-02T14:02:00Z'), now)).toBe(0.5);
  expect(progress(dot('2026-03-02T14:02:00Z', '2026-03-02T14:04:00Z'), now)).toBe(0);
  expect(progress(dot('2026-03-02T12:00:00Z', '2026-03-02T12:01:00Z'), now)).toBe(END);
  expect(progress(dot('2026-03-02T14:00:00Z', '2026-03-02T14:00:00Z'), now)).toBe(END);
});

it('gives dots that would cover each other rows of their own', () => {
  expect(pack([0.1, 0.5, 0.9], 0.1, 3)).toEqual([0, 0, 0]);
  const rows = pack([0.5, 0.5, 0.5], 0.1, 3);
  expect([...rows].sort()).toEqual([0, 1, 2]);
  expect(pack([], 0.1, 3)).toEqual([]);
});
