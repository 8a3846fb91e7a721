import { clock } from './clock.svelte';
import { asProblem, type Problem } from './problem';
import { backoff, SseParser } from './sse';

/** Nothing for this long, not even a heartbeat, and the line counts as dead. */
const SILENCE = 40_000;

export type LiveState = 'loading' | 'live' | 'stale' | 'failed';

interface Options<T> {
  /** Headers of each attempt, read anew. */
  headers?: () => Record<string, string>;
  onView?: (view: T) => void;
  /** The credential is no longer good. */
  onUnauthorised?: () => void;
}

/**
 * A view that keeps itself up to date. Whole views arrive; the last one stays on screen while the line is down, and
 * `since` says how old it is.
 */
export class Live<T extends { now: string }> {
  view = $state.raw<T | undefined>();
  state = $state<LiveState>('loading');
  problem = $state.raw<Problem | undefined>();
  /** When the line was lost (server time). */
  since = $state<number | undefined>();

  #url: string;
  #options: Options<T>;
  #abort: AbortController | undefined;
  #attempt = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #online = () => this.retry();
  /** The browser knows before the line does. */
  #offline = () => this.#abort?.abort();

  constructor(url: string, options: Options<T> = {}) {
    this.#url = url;
    this.#options = options;
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    void this.#run();
  }

  /** Takes a view that a write answered with, so that the page does not wait for the stream. */
  set(view: T): void {
    if (this.view && Date.parse(view.now) < Date.parse(this.view.now)) return;
    this.view = view;
    clock.learn(view.now);
    this.#options.onView?.(view);
  }

  retry(): void {
    if (this.#closed || this.state === 'live') return;
    clearTimeout(this.#timer);
    this.#attempt = 0;
    this.#abort?.abort();
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE);
    };
    try {
      alive();
      const response = await fetch(this.#url, {
        headers: { accept: 'text/event-stream', ...this.#options.headers?.() },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (!response.ok || !response.body) {
        if (await this.#refused(response)) return;
      } else {
        await this.#read(response.body, alive, abort);
      }
    } catch {
      // Offline, aborted by the watchdog, or cut: all are handled by trying again.
    } finally {
      clearTimeout(watchdog);
    }
    if (this.#closed || this.#abort !== abort) return;
    this.#lost();
    this.#timer = setTimeout(() => void this.#run(), backoff(this.#attempt++, Math.random()));
  }

  async #read(body: ReadableStream<Uint8Array>, alive: () => void, abort: AbortController): Promise<void> {
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#abort !== abort || this.#closed) return;
      alive();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.event !== 'view') continue;
        this.#attempt = 0;
        this.state = 'live';
        this.since = undefined;
        this.problem = undefined;
        this.set(JSON.parse(event.data) as T);
      }
    }
  }

  /** True when trying again cannot help. */
  async #refused(response: Response): Promise<boolean> {
    const problem = asProblem(response.status, await response.json().catch(() => undefined));
    if (response.status === 401) this.#options.onUnauthorised?.();
    const hopeless = response.status < 500 && response.status !== 429 && response.status !== 408;
    this.problem = problem;
    if (hopeless) this.state = 'failed';
    return hopeless;
  }

  #lost(): void {
    this.since ??= clock.now;
    this.state = this.view ? 'stale' : this.#attempt >= 2 ? 'failed' : 'loading';
    if (!this.view && this.#attempt >= 2) {
      this.problem ??= { status: 0, code: 'offline', title: 'No connection to Baton', detail: 'Trying again by itself.', places: [] };
    }
  }
}
