import { length } from '../../shared/time';
import type { Policy } from '../../shared/types';
import { label, money, triggers } from '../../shared/words';

export interface Sentence {
  /** Equal keys are the same rule in two versions of a policy. */
  key: string;
  subject: string;
  words: string;
}

const pct = (v: number) => `${Math.round(v * 100)}%`;
const act: Record<string, string> = { continue: 'let the AI continue', offer_human: 'offer a person', escalate: 'hand over' };

/** What a policy does, in sentences. */
export function plain(p: Policy): Sentence[] {
  const out: Sentence[] = [];
  const say = (key: string, subject: string, words: string) => out.push({ key, subject, words });

  for (const [trigger, d] of Object.entries(p.detectors)) {
    const name = label(triggers, trigger);
    if (d.enabled === false) say(`d:${trigger}`, name, 'is switched off.');
    else if (d.escalate > 1) say(`d:${trigger}`, name, `offers a person from ${pct(d.offer)} sure on; never hands over by itself.`);
    else if (d.offer >= d.escalate) say(`d:${trigger}`, name, `hands over from ${pct(d.escalate)} sure on, ${d.urgency ?? 'normal'} urgency.`);
    else say(`d:${trigger}`, name, `offers a person from ${pct(d.offer)} sure on, hands over from ${pct(d.escalate)}, ${d.urgency ?? 'normal'} urgency.`);
  }
  const t = p.trajectory;
  say('t', 'A conversation that goes wrong', `is offered a person at ${pct(t.offer)} strain and handed over at ${pct(t.escalate)}; it calms down below ${pct(t.release)}.`);
  say('t:cool', 'After a no', `no new offer for ${length(t.cooldown_seconds * 1000)}, safety and requests excepted.`);
  const a = p.ai;
  say('a:floor', 'An AI answer', `counts as failed when it is less than ${pct(a.confidence_floor)} sure.`);
  say('a:attempts', 'Failed answers', `offer a person after ${a.attempts_before_offer} in a row, hand over after ${a.attempts_before_escalation}.`);
  say('a:tools', 'Failed tools', `hand over after ${a.tool_failures} in a row.`);
  say('a:time', 'A silent AI', `counts as failed after ${length(a.answer_timeout_seconds * 1000)}.`);
  say('a:idle', 'A silent customer', `closes the chat with the AI after ${length(a.idle_close_seconds * 1000)}.`);
  say('v', 'High value', `from ${money({ minor: p.high_value.amount_minor, currency: p.high_value.currency })} on: ${act[p.high_value.action] ?? p.high_value.action}.`);
  say('c', 'Costs', `a late handover counts ${p.costs.late}, a needless one ${p.costs.needless}; thresholds that are not set follow from these.`);
  for (const r of p.rules ?? []) say(`r:${r.id}`, r.id, `${r.because} When ${r.when}: ${act[r.action] ?? r.action}${r.queue ? `, to ${r.queue}` : ''}.`);
  return out;
}
