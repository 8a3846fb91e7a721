import type { Verdict } from '../../shared/types';

/** The answers so far. */
export interface Taps {
  couldAi: Verdict['could_ai'] | undefined;
  missing: Verdict['missing'] | undefined;
  smooth: Verdict['smooth'] | undefined;
  note: string;
}

export const emptyTaps = (): Taps => ({ couldAi: undefined, missing: undefined, smooth: undefined, note: '' });

/** "Yes, as it is" already says that nothing was missing. */
export const missingOf = (t: Taps): Verdict['missing'] | undefined => (t.couldAi === 'yes' ? 'nothing' : t.missing);

/** The next question without an answer: 0, 1, 2, or 3 when all three are answered. */
export function nextQuestion(t: Taps): number {
  if (!t.couldAi) return 0;
  if (!missingOf(t)) return 1;
  return t.smooth ? 3 : 2;
}

export function complete(t: Taps): Verdict | undefined {
  const missing = missingOf(t);
  if (!t.couldAi || !missing || !t.smooth) return undefined;
  const note = t.note.trim();
  return { could_ai: t.couldAi, missing, smooth: t.smooth, ...(note ? { note } : {}) };
}
