import { expect, it } from 'vitest';
import type { Turn } from '../../shared/types';
import { around, matches, split } from './thread';

const turn = (id: string, at: string) => ({ id, at }) as Turn;

it('splits at the handover', () => {
  const turns = [turn('a', '2026-03-02T14:00:00Z'), turn('b', '2026-03-02T14:01:00Z'), turn('c', '2026-03-02T14:02:00Z')];
  expect(split(turns, undefined).ai).toHaveLength(3);
  const parts = split(turns, '2026-03-02T14:01:00Z');
  expect(parts.ai.map((t) => t.id)).toEqual(['a']);
  expect(parts.human.map((t) => t.id)).toEqual(['b', 'c']);
  expect(split(turns, '2026-03-02T15:00:00Z').human).toEqual([]);
});

it('finds words in any case, with places that count characters', () => {
  const turns = [
    { id: 'a', text: '😀 Refund, refund!' },
    { id: 'b', text: 'no' },
  ] as Turn[];
  expect(matches(turns, ' REFUND ')).toEqual([
    { turn: 'a', span: { start: 2, end: 8 } },
    { turn: 'a', span: { start: 10, end: 16 } },
  ]);
  expect(matches(turns, ' ')).toEqual([]);
});

it('counts characters, not code units', () => {
  expect(around('😀 refund now', { start: 2, end: 8 })).toEqual(['😀 ', 'refund', ' now']);
  expect(around('x', undefined)).toEqual(['x', '', '']);
});
