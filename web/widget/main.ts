/**
 * `<baton-widget key="…" name="…">`: a customer's chat, in one script tag, in its own shadow root.
 *
 * Attributes: `key` (widget key), `name` (the business), `open` (start opened), `server` (when the script comes from
 * elsewhere), `customer-id`, `customer-name`, `customer-email`, `lang`.
 */
import { mount, unmount } from 'svelte';
import base from '../shared/base.css?inline';
import tokens from '../shared/tokens.css?inline';
import { clock } from '../shared/clock.svelte';
import { stringsFor } from './strings';
import Widget from './Widget.svelte';

const script = document.currentScript;
const origin = script instanceof HTMLScriptElement && script.src ? new URL(script.src).origin : location.origin;

class BatonWidget extends HTMLElement {
  #app: Record<string, unknown> | undefined;

  connectedCallback(): void {
    if (this.#app) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.innerHTML = '';
    const style = document.createElement('style');
    style.textContent = `:host{all:initial}${tokens}${base}`;
    root.append(style);
    clock.start();
    const attribute = (name: string) => this.getAttribute(name)?.trim() || undefined;
    const languages = [attribute('lang'), document.documentElement.lang, ...navigator.languages].filter((l) => l !== undefined && l !== '');
    const { strings, language } = stringsFor(languages as string[]);
    this.#app = mount(Widget, {
      target: root,
      props: {
        t: strings,
        language,
        startOpen: this.hasAttribute('open'),
        settings: {
          base: attribute('server') ?? origin,
          key: attribute('key') ?? '',
          business: attribute('name') ?? location.hostname,
          customer: {
            external_id: attribute('customer-id'),
            name: attribute('customer-name'),
            email: attribute('customer-email'),
            locale: navigator.language,
            time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          },
        },
      },
    });
  }

  disconnectedCallback(): void {
    if (this.#app) void unmount(this.#app);
    this.#app = undefined;
  }
}

if (!customElements.get('baton-widget')) customElements.define('baton-widget', BatonWidget);
