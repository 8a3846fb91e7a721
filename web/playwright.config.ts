import { defineConfig } from '@playwright/test';

/**
 * Drives the real binary. With BATON_URL set, a server that runs already is used; otherwise BATON_SERVE (a command) is
 * started and must serve http://127.0.0.1:8099.
 */
const url = process.env.BATON_URL ?? 'http://127.0.0.1:8099';
const serve = process.env.BATON_SERVE;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/runs',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  reporter: [['list']],
  use: {
    baseURL: url,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  ...(serve ? { webServer: { command: serve, url: `${url}/healthz`, reuseExistingServer: true, timeout: 120_000 } } : {}),
});
