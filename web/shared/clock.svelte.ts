/** The server's clock, as this page sees it. Countdowns use it, so a wrong clock on a desk does no harm. */
class Clock {
  now = $state(Date.now());
  #offset = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Called with each view's `now`. */
  learn(serverNow: string): void {
    const t = Date.parse(serverNow);
    if (Number.isNaN(t)) return;
    this.#offset = t - Date.now();
    this.now = t;
  }

  start(): void {
    this.#timer ??= setInterval(() => (this.now = Date.now() + this.#offset), 1000);
  }
}

export const clock = new Clock();
