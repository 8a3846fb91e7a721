import type { Money } from './types';

/** Names that people read for the API's fixed words. */

export const triggers: Record<string, string> = {
  safety: 'Safety',
  explicit_request: 'Asked for a person',
  rule: 'Your own rule',
  abuse: 'Abuse',
  distress: 'Distress',
  complaint: 'Complaint',
  high_value: 'High value',
  negotiation: 'Negotiation',
  ai_limit: 'AI reached its limit',
};

export const missing: Record<string, string> = {
  knowledge: 'Knowledge',
  tool: 'A tool',
  permission: 'Permission',
  confidence: 'Confidence',
  nothing: 'Nothing',
};

export const metricNames: Record<string, string> = {
  containment_rate: 'Handled by AI',
  contained_no_recontact_rate: 'Handled by AI, no return',
  escalation_rate: 'Escalated',
  needless_escalation_rate: 'Needless',
  missed_escalation_rate: 'Missed',
  time_to_human: 'Time to a person',
  promise_kept_rate: 'Wait promises kept',
  abandonment_rate: 'Left while waiting',
  smooth_rate: 'Smooth handoffs',
  time_to_first_reply: 'Time to the first reply',
  aht: 'Average handling time',
  fcr: 'Solved at first contact',
  automatable_rate: 'The AI could, or nearly',
  late_escalation_rate: 'Escalated late',
  contained_missed_rate: 'Missed by the AI alone',
  service_level: 'First reply on time',
  recontact_rate: 'Came back in a week',
  time_to_useful_reply: 'Time to a useful reply',
  repeat_rate: 'Had to say it again',
  reask_rate: 'Were asked again',
  transfers_per_escalation: 'Transfers each',
  mood_change: 'Mood, start to end',
  rating: 'Rating',
  verdict_rate: 'Verdicts given',
};

export const couldAi: Record<string, string> = { yes: 'Yes', with_missing: 'With something missing', no: 'No' };

export const timing: Record<string, string> = { late: 'Late', on_time: 'On time', early: 'Early' };

export const states: Record<string, string> = {
  queued: 'Waiting',
  offered: 'Offered',
  accepted: 'Accepted',
  active: 'In conversation',
  callback_scheduled: 'Callback booked',
  customer_left: 'Customer left',
  resolved: 'Resolved, verdict open',
  returned_to_ai: 'Back with the AI',
  closed: 'Closed',
};

export const sentence = (word: string): string => {
  const s = word.replaceAll('_', ' ').replaceAll('-', ' ');
  return s.charAt(0).toUpperCase() + s.slice(1);
};

export const label = (table: Record<string, string>, key: string): string => table[key] ?? sentence(key);

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const percent = (part: number, whole: number): string => (whole > 0 ? `${Math.round((100 * part) / whole)}%` : '–');

export function money(m: Money, locale?: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: m.currency }).format(m.minor / 100);
  } catch {
    return `${(m.minor / 100).toFixed(2)} ${m.currency}`;
  }
}

export function mood(value: number): string {
  if (value <= -0.6) return 'very upset';
  if (value <= -0.2) return 'unhappy';
  if (value < 0.2) return 'neutral';
  return value < 0.6 ? 'content' : 'happy';
}

export const initials = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((w) => [...w][0] ?? '')
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join('')
    .toUpperCase();
