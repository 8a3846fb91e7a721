import type { FrontierPoint } from '../../shared/types';

export interface Drawn {
  x: number;
  y: number;
  point: FrontierPoint;
}

export interface Chart {
  points: Drawn[];
  path: string;
  /** Where a tally lies on the same scale. */
  place: (automation: number, regret: number) => { x: number; y: number };
  ticks: { x: { at: number; words: string }[]; y: { at: number; words: string }[] };
}

/** Automation to the right, regret upwards; the axes begin at 0 and hold every point. */
export function chart(frontier: FrontierPoint[], others: [number, number][], width: number, height: number): Chart {
  const regrets = [...frontier.map((p) => p.regret), ...others.map(([, r]) => r)];
  const top = nice(Math.max(1, ...regrets));
  const place = (automation: number, regret: number) => ({ x: automation * width, y: height - (regret / top) * height });
  const points = [...frontier]
    .sort((a, b) => a.automation - b.automation || a.shift - b.shift)
    .map((point) => ({ ...place(point.automation, point.regret), point }));
  return {
    points,
    path: points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join(''),
    place,
    ticks: {
      x: [0, 0.5, 1].map((v) => ({ at: v * width, words: `${100 * v}%` })),
      y: [0, top / 2, top].map((v) => ({ at: height - (v / top) * height, words: `${Number(v.toPrecision(2))}` })),
    },
  };
}

/** The next of 1, 1.5, 2, 3, 5, 8, 10, 15, … */
export function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (([1, 1.5, 2, 3, 5, 8, 10] as const).find((f) => f * power >= value) ?? 10) * power;
}
