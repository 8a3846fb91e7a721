import { expect, it } from 'vitest';
import type { RoutingView } from '../../shared/types';
import { needs, seen, summary } from './routing';

it('says what is needed', () => {
  expect(needs({ skills: {}, queues: ['general'] })).toBe('Anybody of general');
  expect(needs({ skills: { tax: 3 }, language: 'de', region: 'emea', queues: ['tax', 'general'] })).toBe(
    'Needs tax 3, language de, region emea, from tax or general',
  );
});

it('says how many qualify', () => {
  const person = (qualified: boolean) => ({ human_agent: `hum_${qualified}`, name: 'Ana', qualified, why: [] });
  const view = (candidates: RoutingView['candidates']) => ({ candidates }) as RoutingView;
  expect(summary(view([person(false)]))).toBe('nobody qualifies');
  expect(summary(view([person(true), person(false)]))).toBe('1 of 2 qualify');
});

it('says whether whoever is asked has looked', () => {
  expect(seen({})).toBe('not seen yet');
  expect(seen({ seen_at: '2026-03-02T12:00:00Z' })).toMatch(/^seen at \d/);
});
