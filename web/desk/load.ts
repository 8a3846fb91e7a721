import { plural } from '../shared/words';
import type { HumanView } from '../shared/types';

/** The colour of a person's dot: who does not look at their offers is shown as busy. */
export const dot = (h: HumanView): HumanView['willing'] => (h.soft_away_since ? 'busy' : h.willing);

/** What a person holds, in units, and how much of it is cheap because the customer is quiet. */
export function load(h: HumanView): string {
  const units = `${h.load} of ${plural(h.profile.capacity, 'unit')}`;
  return h.idle ? `${units} · ${h.idle} quiet` : units;
}

/** Quiet customers who wrote again take their units back, whether there is room or not. */
export const above = (h: HumanView): boolean => h.load > h.profile.capacity;

export const ABOVE = 'Above your capacity: quiet customers wrote again. Nothing new is offered until there is room.';
