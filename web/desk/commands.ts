import type { IconName } from '../shared/icons';
import { router } from './router.svelte';
import { session } from './session.svelte';
import { perform } from './work/perform';
import type { Work } from './work/work.svelte';

export interface Command {
  name: string;
  icon: IconName;
  key?: string;
  run: () => void;
}

/** Every action, by name: what applies now comes first. */
export function commands(work: Work | undefined, showKeys: () => void): Command[] {
  const list: Command[] = [];
  const item = work?.item;
  if (work?.offerInHand) {
    list.push({ name: 'Accept the offer', icon: 'check', key: 'A', run: () => perform(work, 'accept') });
    list.push({ name: 'Decline the offer', icon: 'x', key: 'D', run: () => perform(work, 'decline') });
  }
  if (work && item?.canWrite) {
    list.push({ name: 'Reply', icon: 'send', key: 'R', run: () => perform(work, 'reply') });
    for (const [i, step] of (item.pack?.next_steps ?? []).slice(0, 3).entries()) {
      if (!step.draft) continue;
      list.push({ name: `Use: ${step.text}`, icon: 'sparkle', key: String(i + 1), run: () => perform(work, `step${i + 1}` as 'step1') });
    }
    list.push({ name: 'Resolve', icon: 'resolve', key: 'E', run: () => perform(work, 'resolve') });
    list.push({ name: 'Transfer', icon: 'transfer', key: 'T', run: () => perform(work, 'transfer') });
    list.push({ name: 'Hand back to the AI', icon: 'handback', key: 'H', run: () => perform(work, 'handBack') });
  }
  for (const w of [...(work?.view?.work ?? []), ...(work?.view?.later ?? [])]) {
    list.push({ name: `Open ${w.customer_name}: ${w.headline}`, icon: 'chat', run: () => router.go(`desk/${w.escalation}`) });
  }
  if (work) {
    for (const willing of ['available', 'busy', 'away'] as const) {
      list.push({ name: `Set me ${willing}`, icon: 'user', run: () => void work.presence(willing) });
    }
    list.push({ name: 'Go to the desk', icon: 'inbox', run: () => router.go('desk') });
  }
  if (session.leads) {
    list.push({ name: 'Go to the board', icon: 'board', run: () => router.go('board') });
    list.push({ name: 'Go to learn', icon: 'learn', run: () => router.go('learn') });
    list.push({ name: 'Go to the policy', icon: 'policy', run: () => router.go('policy') });
    list.push({ name: 'Go to the articles', icon: 'book', run: () => router.go('knowledge') });
  }
  list.push({ name: 'Go to me: theme, sign out', icon: 'user', run: () => router.go('me') });
  list.push({ name: 'Show all keys', icon: 'keyboard', key: '?', run: showKeys });
  return list;
}

/** Every typed word must occur; order is kept. */
export function match(list: Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((c) => words.every((w) => c.name.toLowerCase().includes(w))).slice(0, 50);
}
