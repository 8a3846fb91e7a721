import { de } from './de';
import { en, type Strings } from './en';
import { es } from './es';
import { fr } from './fr';
import { pt } from './pt';

export type { Strings };

const all: Record<string, Strings> = { en, de, es, fr, pt };

/** The first language of the reader that we speak; English otherwise. */
export function stringsFor(locales: readonly string[]): { strings: Strings; language: string } {
  for (const locale of locales) {
    const language = locale.toLowerCase().split('-')[0] ?? '';
    const strings = all[language];
    if (strings) return { strings, language };
  }
  return { strings: en, language: 'en' };
}
