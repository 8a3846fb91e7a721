import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const SIZES = { narrow: { width: 1280, height: 720 }, wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof SIZES;

export interface Account {
  email: string;
  password: string;
  name: string;
  role: string;
}

export interface Demo {
  workspace: string;
  business_name: string;
  widget_key: string;
  logins: Account[];
}

export async function demo(page: Page): Promise<Demo> {
  const answer = await page.request.get('/demo.json');
  expect(answer.ok(), 'the server is a demo (`baton demo --quiet`)').toBeTruthy();
  return (await answer.json()) as Demo;
}

/** The demo's log-in for that role. */
export function account(d: Demo, role: string): Account {
  const found = d.logins.find((a) => a.role === role);
  if (!found) throw new Error(`the demo has no account with the role ${role}`);
  return found;
}

/** A page of its own, with animations off, that fails the test on a script error. */
export async function open(browser: Browser, size: Size, path: string): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: 'reduce', colorScheme: 'light' });
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(path);
  return { page, context };
}

export async function signIn(page: Page, d: Demo, a: Account): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Workspace').fill(d.workspace);
  await page.getByLabel('E-mail').fill(a.email);
  await page.getByLabel('Password').fill(a.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** Serious and critical violations, in words. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Found {
      violations: { id: string; impact: string | null; nodes: { target: unknown[]; failureSummary?: string }[] }[];
    }
    const result = await (window as unknown as { axe: { run: (o: object) => Promise<Found> } }).axe.run({ resultTypes: ['violations'] });
    return result.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary ?? ''}`));
  });
}

/** Keeps how a view looks, in light and dark, and holds it to the accessibility rules in both. */
export async function look(page: Page, name: string, sizes: Size[]): Promise<void> {
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `test-results/screens/${name}-${SIZES[size].width}-${colorScheme}.png` });
      expect(await violations(page), `${name}, ${size}, ${colorScheme}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before) await page.setViewportSize(before);
}

/** Fully inside the window, without scrolling. */
export async function expectInView(locator: Locator): Promise<void> {
  await expect(locator).toBeVisible();
  await expect(locator).toBeInViewport({ ratio: 1 });
}
