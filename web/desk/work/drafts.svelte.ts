export interface Draft {
  text: string;
  /** The next step whose draft was used. */
  usedStep: number | undefined;
}

const STORE = 'baton:drafts';

/** Half-typed replies, one per escalation. Kept over switching and reloading; gone when the tab closes. */
class Drafts {
  #all = $state<Record<string, Draft>>(read());

  of(id: string): Draft {
    this.#all[id] ??= { text: '', usedStep: undefined };
    return this.#all[id];
  }

  has(id: string): boolean {
    return (this.#all[id]?.text.trim() ?? '') !== '';
  }

  clear(id: string): void {
    this.#all[id] = { text: '', usedStep: undefined };
    this.save();
  }

  save(): void {
    const kept = Object.fromEntries(Object.entries(this.#all).filter(([, d]) => d.text.trim() !== ''));
    try {
      sessionStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      // Full or forbidden storage costs only the reload.
    }
  }
}

function read(): Record<string, Draft> {
  try {
    return (JSON.parse(sessionStorage.getItem(STORE) ?? '{}') as Record<string, Draft>) ?? {};
  } catch {
    return {};
  }
}

export const drafts = new Drafts();
