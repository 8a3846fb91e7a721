/**
 * The desk: what human agents and supervisors work in.
 *
 * `session` knows who is signed in, `router` what is open, `work/` the day's work, and each folder beside it one view.
 * To add a view: a folder, a place in `router`, an entry in `Rail` and in the palette.
 */
import { mount } from 'svelte';
import '../shared/tokens.css';
import '../shared/base.css';
import './desk.css';
import { clock } from '../shared/clock.svelte';
import App from './App.svelte';
import { applyTheme } from './theme';

applyTheme();
clock.start();
mount(App, { target: document.getElementById('app')! });
