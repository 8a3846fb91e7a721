import { expect, it } from 'vitest';
import { slug } from './slug';

it('makes ids that the API accepts', () => {
  expect(slug('Returns & refunds: how long?')).toBe('returns-refunds-how-long');
  expect(slug('Größe & Maße')).toBe('grosse-masse');
  expect(slug('---')).toBe('');
  expect(slug('a'.repeat(200))).toHaveLength(80);
});
