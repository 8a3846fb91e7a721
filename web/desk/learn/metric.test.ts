import { expect, it } from 'vitest';
import type { Metric } from '../../shared/types';
import { adds, counts, shown } from './metric';

const metric = (unit: string, numerator: number, denominator: number): Metric => ({
  name: 'm',
  formula: '',
  unit,
  window: '',
  numerator,
  denominator,
  ...(denominator > 0 ? { value: numerator / denominator } : {}),
});

it('says each unit as people do', () => {
  expect(shown(metric('share', 1, 3))).toBe('33%');
  expect(shown(metric('share', 1, 30))).toBe('3.3%');
  expect(shown(metric('mood', 0.5, 1))).toBe('+0.50');
  expect(shown(metric('stars', 9, 2))).toBe('4.5');
  expect(shown(metric('share', 0, 0))).toBe('–');
  expect(counts(metric('share', 1, 3))).toBe('1 of 3');
});

it('says what one case adds', () => {
  expect(adds('share', 1, 1)).toBe('yes');
  expect(adds('share', 0, 1)).toBe('no');
  expect(adds('share', 2, 3)).toBe('2 of 3');
});
