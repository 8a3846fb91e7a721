/** Nobody looks at an offer: its person is asked for nothing until they show, and supervisors hear of it. */
import { expect, test } from '@playwright/test';
import { account, demo, look, open, signIn } from './support';

test('an offer on no screen moves on, and its person is asked again when they show', async ({ browser }) => {
  const { page: desk, context: one } = await open(browser, 'narrow', 'about:blank');
  const { page: customer, context: two } = await open(browser, 'wide', 'about:blank');
  const { page: lead, context: three } = await open(browser, 'wide', 'about:blank');
  const d = await demo(desk);
  await signIn(desk, d, account(d, 'human_agent'));
  await desk.getByText('Available', { exact: true }).click();
  // Another page hides the offers; the address moves without a click, which would be a sign.
  const go = (hash: string) => desk.evaluate((to) => (location.hash = to), hash);
  await go('#/me');

  await customer.goto('/demo');
  await customer.getByRole('textbox', { name: 'Message' }).fill('I want to talk to a person about my invoice.');
  await customer.keyboard.press('Enter');
  await expect(customer.getByText('Waiting for a person')).toBeVisible();

  await signIn(lead, d, account(d, 'supervisor'));
  await lead.goto('/#/board');
  await expect(lead.getByText(/seen by nobody/)).toBeVisible({ timeout: 60_000 });
  await expect(lead.getByText('not looking')).toBeVisible();
  await look(lead, 'board-unseen', ['narrow', 'wide']);
  await expect(customer.getByText(/choose a callback, for example/)).toBeVisible();

  await go('#/desk');
  await expect(desk.getByText(/^An offer passed unseen at/)).toBeVisible();
  await look(desk, 'desk-soft-away', ['narrow', 'phone']);
  const seen = desk.waitForResponse((answer) => /\/v1\/offers\/[^/]+\/seen$/.test(answer.url()) && answer.ok());
  await desk.keyboard.press('j');
  await expect(desk.getByRole('article', { name: /^Offer: / })).toBeVisible();
  await seen;
  await expect(desk.getByText(/^An offer passed unseen at/)).toHaveCount(0);
  await expect(lead.getByText('not looking')).toHaveCount(0);
  for (const context of [one, two, three]) await context.close();
});
