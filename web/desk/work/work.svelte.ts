import { take } from '../../shared/client';
import { Live } from '../../shared/live.svelte';
import type { DeclineReason, DeskView, Willing } from '../../shared/types';
import { router } from '../router.svelte';
import { api, session } from '../session.svelte';
import { toasts } from '../toasts.svelte';
import { Item } from './item.svelte';

export type Panel = 'transfer' | 'handBack' | 'resolve' | 'verdict' | undefined;

/** My work: the live desk, what is selected, and the one open item. Its open stream is also my presence. */
export class Work {
  readonly live = new Live<DeskView>('/v1/desk/stream', { onUnauthorised: session.lapse });
  item = $state<Item | undefined>();
  /** Offer or escalation id under J and K. */
  selected = $state<string | undefined>();
  panel = $state<Panel>();
  declining = $state<string | undefined>();
  busy = $state<string | undefined>();
  /** Grows when the composer should take the focus. */
  focusReply = $state(0);

  readonly #seen = new Set<string>();

  get view(): DeskView | undefined {
    return this.live.view;
  }

  /** Everything that J and K walk through, in the order on screen. */
  get order(): string[] {
    const v = this.view;
    return v ? [...v.offers.map((o) => o.offer), ...v.work.map((w) => w.escalation), ...v.later.map((w) => w.escalation)] : [];
  }

  move(by: 1 | -1): void {
    const order = this.order;
    if (order.length === 0) return;
    const at = this.selected ? order.indexOf(this.selected) : -1;
    const to = at < 0 ? (by > 0 ? 0 : order.length - 1) : Math.max(0, Math.min(order.length - 1, at + by));
    this.selected = order[to];
  }

  openSelected(): void {
    const id = this.selected ?? this.order[0];
    if (!id) return;
    if (id.startsWith('off_')) void this.accept(id);
    else router.go(`desk/${id}`);
  }

  /** Follows the address. */
  open(id: string | undefined): void {
    if (this.item?.id === id) return;
    this.item?.close();
    this.panel = undefined;
    this.item = id ? new Item(id) : undefined;
    if (id) this.selected = id;
  }

  get offerInHand(): string | undefined {
    const offers = this.view?.offers ?? [];
    return offers.find((o) => o.offer === this.selected)?.offer ?? offers[0]?.offer;
  }

  async accept(offer: string): Promise<void> {
    await this.#while(offer, async () => {
      const view = await take(api.POST('/v1/offers/{id}/accept', { params: this.#params(offer) }));
      router.go(`desk/${view.escalation.id}`);
    });
  }

  /** Told once an offer; what is gone meanwhile needs no telling. */
  async see(offer: string): Promise<void> {
    if (this.#seen.has(offer)) return;
    this.#seen.add(offer);
    await take(api.POST('/v1/offers/{id}/seen', { params: this.#params(offer) })).catch(() => undefined);
  }

  /** Soft-away, and here again: what was said before holds. */
  async back(): Promise<void> {
    const me = this.view?.me;
    if (me?.soft_away_since) await this.presence(me.willing);
  }

  async decline(offer: string, reason: DeclineReason): Promise<void> {
    this.declining = undefined;
    await this.#while(offer, async () => {
      this.live.set(await take(api.POST('/v1/offers/{id}/decline', { params: this.#params(offer), body: { reason } })));
    });
  }

  async presence(willing: Willing): Promise<void> {
    await this.#while('presence', async () => {
      this.live.set(await take(api.PUT('/v1/desk/presence', { body: { willing } })));
    });
  }

  close(): void {
    this.item?.close();
    this.live.close();
  }

  async #while(what: string, run: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = what;
    try {
      await run();
    } catch (error) {
      toasts.fault(error);
    } finally {
      this.busy = undefined;
    }
  }

  #params(id: string) {
    return { path: { id } };
  }
}
