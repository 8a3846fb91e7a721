import { problemOf, type Problem } from '../shared/problem';
import { clock } from '../shared/clock.svelte';

/** A view that is asked for, not streamed: its value, or why there is none. The old value stays while a new one loads. */
export class Fetched<T> {
  value = $state.raw<T | undefined>();
  problem = $state.raw<Problem | undefined>();
  loading = $state(false);
  #call: () => Promise<T>;
  #latest = 0;

  constructor(call: () => Promise<T>) {
    this.#call = call;
  }

  load = async (): Promise<void> => {
    const mine = ++this.#latest;
    this.loading = true;
    try {
      const value = await this.#call();
      if (mine !== this.#latest) return;
      this.value = value;
      this.problem = undefined;
      if (typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'string') clock.learn(value.now);
    } catch (error) {
      if (mine === this.#latest) this.problem = problemOf(error);
    } finally {
      if (mine === this.#latest) this.loading = false;
    }
  };
}
