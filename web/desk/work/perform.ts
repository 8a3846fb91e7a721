import type { KeyAction } from '../keys';
import type { Work } from './work.svelte';

/** Carries out a key at the desk. True when it did something, so that the browser does not act on it too. */
export function perform(work: Work, action: KeyAction): boolean {
  const item = work.item;
  switch (action) {
    case 'next':
      work.move(1);
      return true;
    case 'previous':
      work.move(-1);
      return true;
    case 'open':
      work.openSelected();
      return true;
    case 'accept':
      if (work.offerInHand) void work.accept(work.offerInHand);
      return !!work.offerInHand;
    case 'decline':
      work.declining = work.offerInHand;
      return !!work.offerInHand;
    case 'reply':
      work.focusReply++;
      return !!item?.canWrite;
    case 'step1':
    case 'step2':
    case 'step3': {
      const step = item?.pack?.next_steps[Number(action.slice(-1)) - 1];
      if (!step?.draft || !item?.canWrite) return false;
      item.use(step);
      work.focusReply++;
      return true;
    }
    case 'transfer':
    case 'handBack':
    case 'resolve':
      if (action === 'resolve' && item?.mine && item.view?.escalation.state === 'resolved') work.panel = 'verdict';
      else if (item?.canWrite) work.panel = action;
      return !!item?.mine;
    default:
      return false;
  }
}
