import { problemOf } from '../shared/problem';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

/** Short words about what just happened. Faults stay until they are closed. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string): void {
    this.#add(text, false);
  }

  fault(error: unknown): void {
    const p = problemOf(error);
    this.#add(p.detail ? `${p.title}. ${p.detail}` : p.title, true);
  }

  close(id: number): void {
    this.list = this.list.filter((t) => t.id !== id);
  }

  #add(text: string, bad: boolean): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { id, text, bad }];
    if (!bad) setTimeout(() => this.close(id), 5000);
  }
}

export const toasts = new Toasts();
