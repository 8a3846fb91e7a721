import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a running Baton. */
const server = process.env.BATON_URL ?? 'http://127.0.0.1:8080';

/** The desk and the demo's shop page. The widget is built apart, as one script (vite.widget.config.ts). */
export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { desk: 'index.html', demo: 'demo.html' } },
  },
  server: { proxy: { '/v1': server, '/demo.json': server } },
  test: { include: ['{desk,widget,shared}/**/*.test.ts'], environment: 'node' },
});
