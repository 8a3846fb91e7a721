import { length } from '../../shared/time';
import type { Metric } from '../../shared/types';

const one = (unit: string, value: number): string =>
  unit === 'ms'
    ? length(value)
    : unit === 'share'
      ? `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)}%`
      : unit === 'mood'
        ? `${value > 0 ? '+' : ''}${value.toFixed(2)}`
        : value.toFixed(1);

/** The number as people read it; a dash where nothing counts yet. */
export const shown = (m: Metric): string => (m.value == null ? '–' : one(m.unit, m.value));

/** What it was made of. */
export const counts = (m: Metric): string => (m.unit === 'share' ? `${m.numerator} of ${m.denominator}` : `over ${m.denominator}`);

/** What one case adds to it. */
export const adds = (unit: string, numerator: number, denominator: number): string =>
  unit === 'share' ? (denominator === 1 ? (numerator > 0 ? 'yes' : 'no') : `${numerator} of ${denominator}`) : one(unit, numerator);
