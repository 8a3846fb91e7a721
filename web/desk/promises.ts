import { take } from '../shared/client';
import { api } from './session.svelte';
import { toasts } from './toasts.svelte';

/** Says what became of a promise; the live views show it. False when it was refused. */
export async function settlePromise(conversation: string, promise: string, kept: boolean): Promise<boolean> {
  try {
    await take(api.POST('/v1/conversations/{id}/promises', { params: { path: { id: conversation } }, body: { promise, kept } }));
    return true;
  } catch (error) {
    toasts.fault(error);
    return false;
  }
}
