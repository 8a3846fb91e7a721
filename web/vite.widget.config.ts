import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The widget as one self-contained script: styles inside, no other request. */
export default defineConfig({
  plugins: [svelte({ emitCss: false, compilerOptions: { css: 'injected' } })],
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: 'widget/main.ts', formats: ['iife'], name: 'BatonWidget', fileName: () => 'widget.js' },
  },
});
