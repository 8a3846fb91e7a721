/** Time as people say it. Pure: every function is told what "now" is. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Tone = 'calm' | 'soon' | 'late';

export const ms = (at: string): number => Date.parse(at);

/** `1:40` below ten minutes, then `24 min`, `3 h 10 min`, `2 days`. */
export function span(millis: number): string {
  const t = Math.max(0, millis);
  if (t < 10 * MINUTE) {
    const s = Math.floor(t / SECOND);
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  }
  if (t < HOUR) return `${Math.round(t / MINUTE)} min`;
  if (t < DAY) {
    const h = Math.floor(t / HOUR);
    const m = Math.floor((t % HOUR) / MINUTE);
    return m === 0 || h >= 6 ? `${h} h` : `${h} h ${m} min`;
  }
  const d = Math.floor(t / DAY);
  return d === 1 ? '1 day' : `${d} days`;
}

/** A length for tables: `48 s`, `3 min 20 s`, `1 h 5 min`. */
export function length(millis: number): string {
  const s = Math.round(Math.max(0, millis) / SECOND);
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return s % 60 === 0 || m >= 10 ? `${m} min` : `${m} min ${s % 60} s`;
  const h = Math.floor(m / 60);
  return m % 60 === 0 ? `${h} h` : `${h} h ${m % 60} min`;
}

/** `just now`, `4 min ago`, `2 h ago`, `3 days ago`. */
export function ago(at: string, now: number): string {
  const t = now - ms(at);
  if (t < 45 * SECOND) return 'just now';
  if (t < HOUR) return `${Math.max(1, Math.round(t / MINUTE))} min ago`;
  if (t < DAY) return `${Math.floor(t / HOUR)} h ago`;
  const d = Math.floor(t / DAY);
  return d === 1 ? 'yesterday' : `${d} days ago`;
}

/** `14:02`, in the reader's own zone. */
export function clockTime(at: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms(at));
}

/** `14:02` today, `3 Mar, 14:02` on another day. */
export function moment(at: string, now: number, locale?: string): string {
  const d = new Date(ms(at));
  const same = d.toDateString() === new Date(now).toDateString();
  if (same) return clockTime(at, locale);
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(d);
}

/** `3 Mar`. */
export function day(at: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(ms(at));
}

/** Amber in the last part of the time, red after it. */
export function tone(due: number, now: number, warn: number = MINUTE): Tone {
  if (now >= due) return 'late';
  return due - now <= warn ? 'soon' : 'calm';
}

const actions: Record<string, string> = {
  find_human: 'a person',
  answer_offer: 'an answer to the offer',
  first_reply: 'first reply',
  next_reply: 'reply',
  await_customer: 'customer quiet, check',
  call_back: 'call back',
  follow_up: 'follow up',
  review: 'verdict',
};

export const actionWords = (action: string): string => actions[action] ?? action.replaceAll('_', ' ');

/** `in 1:40`, or `0:20 late`. */
export const leftWords = (left: number): string => (left >= 0 ? `in ${span(left)}` : `${span(-left)} late`);

/** `first reply in 1:40`, or `first reply 0:20 late`. */
export const dueWords = (action: string, due: string, now: number): string => `${actionWords(action)} ${leftWords(ms(due) - now)}`;

/** How long before its due time an action turns amber. */
export function warnFor(action: string): number {
  return action === 'review' ? 10 * MINUTE : action === 'call_back' || action === 'follow_up' ? 10 * MINUTE : MINUTE;
}
