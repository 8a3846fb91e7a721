import { expect, it } from 'vitest';
import type { Policy } from '../../shared/types';
import { plain } from './plain';

const policy = {
  name: 'p',
  version: 1,
  costs: { late: 4, needless: 1 },
  detectors: {
    distress: { offer: 0.5, escalate: 0.8, urgency: 'high', enabled: true },
    negotiation: { offer: 0.6, escalate: 1.1, enabled: true },
    abuse: { offer: 0.5, escalate: 0.9, enabled: false },
  },
  trajectory: { offer: 0.5, escalate: 0.75, release: 0.4, cooldown_seconds: 120 },
  ai: { confidence_floor: 0.45, attempts_before_offer: 2, attempts_before_escalation: 3, tool_failures: 2, answer_timeout_seconds: 20, idle_close_seconds: 1800 },
  high_value: { amount_minor: 50000, currency: 'EUR', action: 'offer_human' },
  rules: [{ id: 'vip', when: "customer.tier == 'vip'", action: 'escalate', because: 'VIPs get a person.' }],
} as unknown as Policy;

it('says each threshold as a sentence', () => {
  const words = Object.fromEntries(plain(policy).map((s) => [s.key, s.words]));
  expect(words['d:distress']).toBe('offers a person from 50% sure on, hands over from 80%, high urgency.');
  expect(words['d:negotiation']).toMatch(/never hands over by itself/);
  expect(words['d:abuse']).toBe('is switched off.');
  expect(words['t:cool']).toMatch(/2 min/);
  expect(words['v']).toMatch(/500.*offer a person/);
  expect(words['r:vip']).toMatch(/hand over/);
});
