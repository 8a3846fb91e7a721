import { expect, it } from 'vitest';
import { lineOf, offsetOfLine } from './places';

it('finds the line of a place', () => {
  expect(lineOf('policy.toml:12:5')).toBe(12);
  expect(lineOf('policy.toml:12')).toBe(12);
  expect(lineOf('line 7')).toBe(7);
  expect(lineOf('/rules/0')).toBeUndefined();
  expect(lineOf('')).toBeUndefined();
});

it('selects that line', () => {
  expect(offsetOfLine('a\nbcd\ne', 2)).toEqual([2, 5]);
  expect(offsetOfLine('a\nb', 99)).toEqual([2, 3]);
});
