import { expect, it } from 'vitest';
import { chart, nice } from './frontier';

it('holds every point', () => {
  const c = chart(
    [
      { shift: 0.1, automation: 0.9, regret: 40 },
      { shift: -0.1, automation: 0.5, regret: 10 },
    ],
    [[0.7, 90]],
    200,
    100,
  );
  expect(c.points.map((p) => p.x)).toEqual([100, 180]);
  expect(c.ticks.y.map((t) => t.words)).toEqual(['0', '50', '100']);
  expect(c.place(0.7, 90)).toEqual({ x: 140, y: 10 });
  expect(c.path.startsWith('M100.0 90.0L')).toBe(true);
});

it('rounds axes up', () => {
  expect([1, 1.1, 2.5, 70, 100].map(nice)).toEqual([1, 1.5, 3, 80, 100]);
});
