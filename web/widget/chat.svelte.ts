import { connect, newKey, take, type Api } from '../shared/client';
import { Live } from '../shared/live.svelte';
import { problemOf, type Problem } from '../shared/problem';
import type { CallbackSlot, CustomerRef, PublicConversation } from '../shared/types';

export interface Settings {
  base: string;
  key: string;
  business: string;
  customer: Partial<CustomerRef>;
}

/** A message on its way. It stays on screen, with its key, until Baton has it. */
export interface Pending {
  text: string;
  key: string;
  /** Customer turns there were when it was written: it is here once there are more. */
  after: number;
  failed: boolean;
}

/** One customer's chat: the token lives in this tab, so a reload continues and a shared computer forgets. */
export class Chat {
  live = $state<Live<PublicConversation> | undefined>();
  pending = $state<Pending[]>([]);
  busy = $state(false);
  problem = $state<Problem | undefined>();

  readonly #settings: Settings;
  readonly #store: string;
  #token: string | undefined;
  #api: Api;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#store = `baton:${settings.key}`;
    this.#api = connect(settings.base, () => this.#token);
    this.#resume();
  }

  get view(): PublicConversation | undefined {
    return this.live?.view;
  }

  get offline(): boolean {
    return this.live?.state === 'stale';
  }

  get waitingMessages(): Pending[] {
    const here = customerTurns(this.view);
    return this.pending.filter((p) => p.after >= here);
  }

  async say(text: string): Promise<void> {
    this.pending.push({ text, key: newKey(), after: customerTurns(this.view) + this.waitingMessages.length, failed: false });
    await this.#send(this.pending[this.pending.length - 1]!);
  }

  async resend(p: Pending): Promise<void> {
    p.failed = false;
    await this.#send(p);
  }

  async #send(p: Pending): Promise<void> {
    try {
      await this.#open();
      const view = await take(
        this.#api.POST('/v1/widget/conversations/{id}/turns', {
          params: { path: { id: this.#id() } },
          headers: { 'Idempotency-Key': p.key },
          body: { text: p.text },
        }),
      );
      this.pending = this.pending.filter((q) => q.key !== p.key);
      this.live?.set(view);
    } catch (error) {
      p.failed = true;
      this.#forgetIfGone(problemOf(error));
    }
  }

  askHuman = () => this.#act((params) => this.#api.POST('/v1/widget/conversations/{id}/human', { params }));

  answerOffer = (accept: boolean) =>
    this.#act((params) => this.#api.POST('/v1/widget/conversations/{id}/human-offer', { params, body: { accept } }));

  cancelWait = () => this.#act((params) => this.#api.POST('/v1/widget/conversations/{id}/cancel-wait', { params }));

  book = (slot: CallbackSlot, contact: string) =>
    this.#act((params) =>
      this.#api.POST('/v1/widget/conversations/{id}/callback', { params, body: { slot, ...(contact ? { contact } : {}) } }),
    );

  rate = (stars: number, comment: string) =>
    this.#act((params) =>
      this.#api.POST('/v1/widget/conversations/{id}/rating', { params, body: { stars, ...(comment ? { comment } : {}) } }),
    );

  /** Forgets this chat, so that the next message opens a new one. */
  fresh(): void {
    this.live?.close();
    this.live = undefined;
    this.#token = undefined;
    this.pending = [];
    this.problem = undefined;
    store()?.removeItem(this.#store);
  }

  close(): void {
    this.live?.close();
  }

  async #act(
    call: (params: { path: { id: string } }) => Promise<{ data?: PublicConversation; error?: unknown; response: Response }>,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    try {
      await this.#open();
      const view = await take(call({ path: { id: this.#id() } }));
      this.live?.set(view);
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      this.#forgetIfGone(this.problem);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #id(): string {
    return this.view?.id ?? readSession(this.#store)?.id ?? '';
  }

  /** Opens the conversation with the first message, not with the page: visitors who never write leave nothing. */
  async #open(): Promise<void> {
    if (this.live) return;
    const public_ = connect(this.#settings.base, () => this.#settings.key);
    const opened = await take(public_.POST('/v1/widget/conversations', { body: { customer: this.#settings.customer } }));
    this.#token = opened.token;
    store()?.setItem(this.#store, JSON.stringify({ id: opened.conversation.id, token: opened.token }));
    this.#listen(opened.conversation.id);
    this.live!.set(opened.conversation);
  }

  #resume(): void {
    const saved = readSession(this.#store);
    if (!saved) return;
    this.#token = saved.token;
    this.#listen(saved.id);
  }

  #listen(id: string): void {
    this.live = new Live<PublicConversation>(`${this.#settings.base}/v1/widget/conversations/${encodeURIComponent(id)}/stream`, {
      headers: () => ({ authorization: `Bearer ${this.#token ?? ''}` }),
      onUnauthorised: () => this.fresh(),
    });
  }

  #forgetIfGone(problem: Problem): void {
    if (problem.status === 401 || problem.status === 404) {
      const kept = this.pending;
      this.fresh();
      this.pending = kept.map((p) => ({ ...p, after: 0 }));
    }
  }
}

function customerTurns(view: PublicConversation | undefined): number {
  return view?.turns.filter((t) => t.role === 'customer').length ?? 0;
}

/** Storage may be forbidden in an embedded page: then a reload starts anew. */
function store(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

function readSession(key: string): { id: string; token: string } | undefined {
  try {
    const saved: unknown = JSON.parse(store()?.getItem(key) ?? 'null');
    if (saved && typeof saved === 'object' && 'id' in saved && 'token' in saved) {
      return { id: String(saved.id), token: String(saved.token) };
    }
  } catch {
    // Not ours, or damaged: start anew.
  }
  return undefined;
}
