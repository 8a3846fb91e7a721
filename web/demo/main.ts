/** A small shop's page, so that the widget can be tried as a customer meets it. Served only by the demo. */
import { mount } from 'svelte';
import '../shared/tokens.css';
import '../shared/base.css';
import Shop from './Shop.svelte';

mount(Shop, { target: document.getElementById('app')! });
