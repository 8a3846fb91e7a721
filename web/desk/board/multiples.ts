import type { Balance } from '../../shared/types';

export interface Series {
  name: string;
  /** What is divided by what, for people who ask. */
  formula: string;
  value: (b: Balance) => number | undefined;
  words: (b: Balance) => string;
  format: (value: number) => string;
}

const share = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined);
const pct = (v: number | undefined): string => (v === undefined ? '–' : `${Math.round(v * 100)}%`);

function rate(name: string, formula: string, part: (b: Balance) => number, whole: (b: Balance) => number): Series {
  return { name, formula, format: pct, value: (b) => share(part(b), whole(b)), words: (b) => pct(share(part(b), whole(b))) };
}

/** Today's balance, each against the last four weeks. */
export const series: Series[] = [
  rate('Handled by AI', 'closed without an escalation / conversations', (b) => b.contained, (b) => b.conversations),
  {
    name: 'Escalated',
    formula: 'escalations opened',
    format: (v) => String(Math.round(v)),
    value: (b) => (b.conversations > 0 ? b.escalated : undefined),
    words: (b) => String(b.escalated),
  },
  rate('Needless', 'verdict: the AI could have done it / verdicts', (b) => b.needless, (b) => b.verdicts),
  rate('Missed', 'came too late / escalations ended', (b) => b.missed, (b) => b.ended),
  rate('Promises kept', 'wait promises kept / wait promises made', (b) => b.promises_kept, (b) => b.promises),
  rate('Smooth', 'verdict: the handoff was smooth / verdicts', (b) => b.smooth, (b) => b.verdicts),
];

/** An SVG path over the days; a day without a value breaks the line. */
export function line(values: (number | undefined)[], width: number, height: number): { path: string; x: (i: number) => number; y: (v: number) => number } {
  const known = values.filter((v) => v !== undefined);
  const top = Math.max(...known, Number.MIN_VALUE);
  const bottom = Math.min(...known, top);
  const room = top - bottom || 1;
  const x = (i: number) => (values.length < 2 ? width : (i / (values.length - 1)) * width);
  const y = (v: number) => height - ((v - bottom) / room) * height;
  let path = '';
  let pen = false;
  for (const [i, v] of values.entries()) {
    if (v === undefined) pen = false;
    else {
      path += `${pen ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
      pen = true;
    }
  }
  return { path, x, y };
}

export function mean(values: (number | undefined)[]): number | undefined {
  const known = values.filter((v) => v !== undefined);
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : undefined;
}
