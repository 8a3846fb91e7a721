import { newKey, take } from '../../shared/client';
import { Live } from '../../shared/live.svelte';
import { problemOf, type Problem } from '../../shared/problem';
import type { EscalationView, NextStep, Package, TransferTarget, Verdict } from '../../shared/types';
import { api, session } from '../session.svelte';
import { drafts } from './drafts.svelte';

/** A reply on its way; it keeps its key, so that sending again cannot say it twice. */
export interface Sending {
  key: string;
  text: string;
  usedStep: number | undefined;
  problem: Problem | undefined;
}

/** One open escalation: its live view, the reply being written, and what can be done with it. */
export class Item {
  readonly id: string;
  readonly live: Live<EscalationView>;
  sending = $state<Sending[]>([]);
  /** The turn to show, and the characters of it that a claim rests on. `n` grows with each request. */
  highlight = $state<{ turn: string; span?: { start: number; end: number } | null; n: number; focus: boolean } | undefined>();
  /** Turns shown in full, by id: only here, and only until the page is left. */
  revealed = $state<Record<string, string>>({});

  constructor(id: string) {
    this.id = id;
    drafts.of(id);
    this.live = new Live<EscalationView>(`/v1/escalations/${encodeURIComponent(id)}/stream`, { onUnauthorised: session.lapse });
  }

  get view(): EscalationView | undefined {
    return this.live.view;
  }

  get pack(): Package | undefined {
    return this.view?.escalation.package ?? undefined;
  }

  /** I hold it, so I may write and act. */
  get mine(): boolean {
    const e = this.view?.escalation;
    return !!e && 'human_agent' in e && e.state !== 'offered' && !!e.human_agent && e.human_agent === session.human;
  }

  get canWrite(): boolean {
    const state = this.view?.escalation.state;
    return this.mine && (state === 'accepted' || state === 'active' || state === 'customer_left');
  }

  /** `focus`: the turn takes the keyboard; a search keeps it. */
  show(turn: string, span?: { start: number; end: number } | null, focus = true): void {
    this.highlight = { turn, span: span ?? null, n: (this.highlight?.n ?? 0) + 1, focus };
  }

  /** May see what is masked: whoever has it in hand, and supervisors. */
  get canReveal(): boolean {
    const state = this.view?.escalation.state;
    return session.leads || (this.mine && (state === 'accepted' || state === 'active'));
  }

  /** May say what became of a promise: whoever keeps it, and supervisors; the server has the last word. */
  get maySettle(): boolean {
    return session.leads || this.mine;
  }

  async reveal(turn: string, why: string): Promise<void> {
    const shown = await take(api.POST('/v1/escalations/{id}/reveal', { params: this.#params(), body: { turn, why } }));
    this.revealed[turn] = shown.text;
  }

  hide(turn: string): void {
    delete this.revealed[turn];
  }

  /** Puts a step's draft into the reply: into an empty one, or under what is already written. */
  use(step: NextStep): void {
    if (!step.draft || !this.canWrite) return;
    const draft = drafts.of(this.id);
    draft.text = draft.text.trim() ? `${draft.text.trimEnd()}\n\n${step.draft}` : step.draft;
    draft.usedStep = step.rank;
  }

  async send(): Promise<void> {
    const draft = drafts.of(this.id);
    const text = draft.text.trim();
    if (!text) return;
    this.sending.push({ key: newKey(), text, usedStep: draft.usedStep, problem: undefined });
    drafts.clear(this.id);
    await this.resend(this.sending[this.sending.length - 1]!);
  }

  async resend(s: Sending): Promise<void> {
    s.problem = undefined;
    try {
      const view = await take(
        api.POST('/v1/escalations/{id}/turns', {
          params: this.#params(),
          headers: { 'Idempotency-Key': s.key },
          body: { text: s.text, ...(s.usedStep ? { used_step: s.usedStep } : {}) },
        }),
      );
      this.sending = this.sending.filter((other) => other.key !== s.key);
      this.live.set(view);
    } catch (error) {
      s.problem = problemOf(error);
    }
  }

  /** Takes an unsent reply back into the composer. */
  takeBack(s: Sending): void {
    this.sending = this.sending.filter((other) => other.key !== s.key);
    const draft = drafts.of(this.id);
    draft.text = draft.text ? `${s.text}\n\n${draft.text}` : s.text;
    draft.usedStep ??= s.usedStep;
  }

  async transfer(to: TransferTarget, note: string): Promise<void> {
    this.live.set(await take(api.POST('/v1/escalations/{id}/transfer', { params: this.#params(), body: { to, note } })));
  }

  async handBack(note: string, verdict: Verdict | undefined): Promise<void> {
    const body = { note, ...(verdict ? { verdict } : {}) };
    this.live.set(await take(api.POST('/v1/escalations/{id}/handback', { params: this.#params(), body })));
  }

  async resolve(message: string, verdict: Verdict | undefined): Promise<void> {
    const body = { ...(message ? { message } : {}), ...(verdict ? { verdict } : {}) };
    this.live.set(await take(api.POST('/v1/escalations/{id}/resolve', { params: this.#params(), body })));
  }

  async judge(verdict: Verdict): Promise<void> {
    this.live.set(await take(api.POST('/v1/escalations/{id}/verdict', { params: this.#params(), body: { verdict } })));
  }

  close(): void {
    this.live.close();
  }

  #params() {
    return { path: { id: this.id } };
  }
}
