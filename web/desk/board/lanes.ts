import type { WaitingDot } from '../../shared/types';

/** Where an item stands: 0 just came, 1 at its target; the lane ends at one and a half. */
export const END = 1.5;

export function progress(dot: WaitingDot, now: number): number {
  const since = Date.parse(dot.since);
  const whole = Date.parse(dot.target) - since;
  return whole <= 0 ? END : Math.max(0, Math.min(END, (now - since) / whole));
}

/** Dots that would cover each other go to the next row; the longest waiting is placed first. */
export function pack(places: number[], width: number, rows: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[b]! - places[a]!);
  const last = Array.from({ length: rows }, () => Infinity);
  const row = new Array<number>(places.length).fill(0);
  for (const i of order) {
    const free = last.findIndex((x) => x - places[i]! >= width);
    const to = free >= 0 ? free : last.indexOf(Math.max(...last));
    last[to] = places[i]!;
    row[i] = to;
  }
  return row;
}
