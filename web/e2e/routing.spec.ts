/** Why this person, and under which step: read by a supervisor, after the journey has left a solved escalation. */
import { expect, test } from '@playwright/test';
import { account, demo, look, open, signIn } from './support';

test('the supervisor reads why this person took it', async ({ browser }) => {
  const { page, context } = await open(browser, 'wide', 'about:blank');
  const d = await demo(page);
  await signIn(page, d, account(d, 'supervisor'));
  await page.getByRole('link', { name: 'Learn' }).click();
  await page.getByRole('region', { name: 'Recent reviews' }).getByRole('link').first().click();
  const known = page.getByRole('complementary', { name: 'What is known' });
  await known.getByText('Routing', { exact: true }).click();
  await expect(known.getByText(/^Taken because: /)).toBeVisible();
  await expect(known.getByRole('list', { name: 'Steps' })).toContainText('taken under this');
  await expect(known.getByText(/^(Anybody of|Needs) /)).toBeVisible();
  await look(page, 'item-routing', ['narrow', 'phone']);
  await context.close();
});
