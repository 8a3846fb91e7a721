import { expect, it } from 'vitest';
import { stringsFor } from './index';

it('speaks the first language that the reader and we share', () => {
  expect(stringsFor(['xx', 'de-CH', 'en']).language).toBe('de');
  expect(stringsFor(['pt-BR']).language).toBe('pt');
  expect(stringsFor(['xx']).language).toBe('en');
});

it('keeps the tone in every language: no exclamation marks, no blame', () => {
  for (const language of ['en', 'de', 'es', 'fr', 'pt']) {
    const { strings } = stringsFor([language]);
    for (const value of Object.values(strings)) {
      const text = typeof value === 'function' ? (value as (...a: unknown[]) => string)(2, 5) : value;
      expect(text).not.toMatch(/[!¡]|unfortunately|leider/i);
      expect(text.length).toBeGreaterThan(0);
    }
  }
});
