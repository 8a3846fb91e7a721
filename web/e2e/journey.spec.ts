/**
 * The whole journey on the real binary: a customer, a human agent and a supervisor, each in a browser of their own.
 * It needs `baton demo --quiet`; see playwright.config.ts.
 */
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { account, demo, expectInView, look, open, signIn, type Demo } from './support';

test.describe.configure({ mode: 'serial' });

const ROUTINE = 'How long does standard delivery take?';
const UNKNOWN = 'Which moon phase did your founder prefer for sailing to Iceland?';
const TROUBLE = 'My order TW-20877 was charged twice, 89.90 EUR each time.';

let d: Demo;
let customer: Page;
let desk: Page;
let lead: Page;
const contexts: BrowserContext[] = [];

test.beforeAll(async ({ browser }) => {
  for (const [size, set] of [
    ['wide', (p: Page) => (customer = p)],
    ['narrow', (p: Page) => (desk = p)],
    ['wide', (p: Page) => (lead = p)],
  ] as const) {
    const { page, context } = await open(browser, size, 'about:blank');
    contexts.push(context);
    set(page);
  }
  d = await demo(customer);
});

test.afterAll(async () => {
  for (const context of contexts) await context.close();
});

const say = async (text: string) => {
  await customer.getByRole('textbox', { name: 'Message' }).fill(text);
  await customer.keyboard.press('Enter');
};
const log = () => customer.getByRole('log', { name: 'Conversation' });

test('people sign in, and the desk says what will appear', async () => {
  await desk.goto('/');
  await expect(desk.getByRole('heading', { name: 'Sign in to Baton' })).toBeVisible();
  await look(desk, 'sign-in', ['narrow', 'phone']);

  await desk.getByLabel('Workspace').fill(d.workspace);
  await desk.getByLabel('E-mail').fill(account(d, 'human_agent').email);
  await desk.getByLabel('Password').fill('not the password');
  await desk.getByRole('button', { name: 'Sign in' }).click();
  await expect(desk.getByRole('alert')).toBeVisible();

  await signIn(desk, d, account(d, 'human_agent'));
  await expect(desk.getByText('You are away')).toBeVisible();
  await look(desk, 'desk-away', ['narrow', 'wide', 'phone']);
  await desk.getByText('Available', { exact: true }).click();
  await expect(desk.getByText('Nothing in hand')).toBeVisible();
  await signIn(lead, d, account(d, 'supervisor'));
});

test('the AI answers a routine question and names its source', async () => {
  await customer.goto('/demo');
  await expect(customer.getByText('You are a customer here')).toBeVisible();
  await look(customer, 'demo', ['wide', 'phone']);
  await say(ROUTINE);
  await expect(log().getByText('2 to 4 working days').first()).toBeVisible();
  await log().getByText(/^Source:/).first().click();
  await expect(log().locator('blockquote').first()).toBeVisible();
  await look(customer, 'widget-answer', ['wide', 'phone']);
});

test('what the AI cannot answer ends in the offer of a person', async () => {
  const yes = customer.getByRole('button', { name: 'Yes, bring in a person' });
  for (const question of [UNKNOWN, `I asked: ${UNKNOWN}`, 'That does not help. You still have not answered me.']) {
    if (await yes.isVisible()) break;
    const answered = await log().locator('.turn.ai_agent').count();
    await say(question);
    await expect(async () => {
      expect((await yes.isVisible()) || (await log().locator('.turn.ai_agent').count()) > answered).toBeTruthy();
    }).toPass();
    await yes.waitFor({ state: 'visible', timeout: 2_000 }).catch(() => undefined);
  }
  await expect(yes).toBeVisible();
  await look(customer, 'widget-offer', ['wide', 'phone']);
});

test('while nobody is free the customer sees their place and what they can do', async () => {
  await desk.getByText('Away', { exact: true }).click();
  await expect(desk.getByText('You are away')).toBeVisible();
  await customer.getByRole('button', { name: 'Yes, bring in a person' }).click();
  await expect(customer.getByText('Waiting for a person')).toBeVisible();
  await expect(customer.getByRole('button', { name: 'Keep asking the AI' })).toBeVisible();
  await look(customer, 'widget-nobody', ['wide', 'phone']);

  // Back to the AI and to a person again: each choice is a way back.
  await customer.getByRole('button', { name: 'Keep asking the AI' }).click();
  await expect(customer.getByRole('button', { name: 'Talk to a person' })).toBeVisible();
  await say(TROUBLE);
  await expect(log().getByText(TROUBLE)).toBeVisible();
  const ask = customer.getByRole('button', { name: 'Talk to a person' });
  const yes = customer.getByRole('button', { name: 'Yes, bring in a person' });
  await expect(ask.or(yes).or(customer.getByText('Waiting for a person')).first()).toBeVisible();
  if (await yes.isVisible()) await yes.click();
  else if (await ask.isVisible()) await ask.click();
  await expect(customer.getByText('Waiting for a person')).toBeVisible();
  await look(lead, 'board-waiting-before', ['wide']);
});

test('an offer reaches the desk, and is accepted by keyboard', async () => {
  await lead.goto('/#/board');
  await expect(lead.getByRole('heading', { name: 'Board' })).toBeVisible();
  await expect(lead.getByText('1 waiting for a person')).toBeVisible();
  await look(lead, 'board', ['narrow', 'wide', 'phone']);

  const seen = desk.waitForResponse((answer) => /\/v1\/offers\/[^/]+\/seen$/.test(answer.url()) && answer.ok());
  await desk.getByText('Available', { exact: true }).click();
  const offer = desk.getByRole('article', { name: /^Offer: / });
  await expect(offer).toBeVisible();
  await seen;
  await expect(customer.getByText(/You are next|You are number/).first()).toBeVisible();
  await look(customer, 'widget-waiting', ['wide', 'phone']);
  await desk.screenshot({ path: 'test-results/screens/desk-offer-1280-light.png' });
  await desk.locator('body').press('a');
  await expect(desk.getByRole('log', { name: 'Messages' })).toBeVisible();
  await expect(desk.getByText(/^Handed over/)).toBeVisible();
});

test('the package is read in ten seconds: nothing that matters needs scrolling', async () => {
  const pack = desk.getByRole('complementary', { name: 'What is known' });
  await expectInView(pack.getByRole('heading').first());
  await expectInView(pack.getByText('Mood', { exact: true }));
  await expectInView(pack.getByText('Urgency', { exact: true }));
  await expectInView(pack.locator('.facts > div').first());
  await expectInView(pack.locator('.facts > div').nth(1));
  await expectInView(pack.locator('ol > li').first().locator('.text'));

  await pack.getByRole('heading').first().getByRole('button').click();
  await expect(desk.locator('article.highlight')).toBeInViewport();
  const find = desk.getByRole('searchbox', { name: 'Find in this conversation' });
  await find.fill('charged twice');
  await find.press('Enter');
  await expect(desk.locator('article.highlight')).toContainText('charged twice');
  await find.press('Escape');
  await find.blur();
  await look(desk, 'desk-open', ['narrow', 'wide', 'phone']);
});

test('the customer is introduced to a named person', async () => {
  const first = account(d, 'human_agent').name.split(' ')[0]!;
  await expect(log().locator('.arrival')).toContainText(first);
  await expect(customer.getByRole('status').filter({ hasText: account(d, 'human_agent').name })).toBeVisible();
  await look(customer, 'widget-human', ['wide', 'phone']);
});

test('a half-typed reply is never taken, and a draft becomes the reply', async () => {
  const reply = desk.getByRole('textbox', { name: 'Reply' });
  await desk.locator('body').press('r');
  await expect(reply).toBeFocused();
  await reply.pressSequentially('jade');
  await expect(reply).toHaveValue('jade');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
  await reply.fill('');

  await reply.press('Tab');
  await expect(reply).not.toHaveValue('');
  const draft = (await reply.inputValue()).trim();
  await reply.press('Control+Enter');
  await expect(reply).toHaveValue('');
  await expect(log().getByText(draft.split('\n')[0]!.slice(0, 40)).last()).toBeVisible();

  const answer = 'She liked the full moon best, because it lights the coast of Iceland all night.';
  await reply.fill(answer);
  await reply.press('Control+Enter');
  await expect(log().getByText(answer)).toBeVisible();

  await say('Thank you, that is all I needed.');
  await expect(desk.getByRole('log', { name: 'Messages' }).getByText('Thank you, that is all I needed.')).toBeVisible();
});

test('a promise is owed until somebody says that it was kept', async () => {
  const reply = desk.getByRole('textbox', { name: 'Reply' });
  await reply.fill("I'll have the second charge refunded within 2 hours.");
  await reply.press('Control+Enter');
  const mine = desk.getByRole('region', { name: 'My work' });
  const pack = desk.getByRole('complementary', { name: 'What is known' });
  const kept = mine.getByRole('button', { name: /^Kept: I'll have the second charge/ });
  await expect(kept).toBeVisible();
  await expect(pack.getByRole('button', { name: /^Kept: I'll have the second charge/ })).toBeAttached();
  await look(desk, 'desk-promise', ['narrow', 'wide', 'phone']);
  await kept.click();
  await expect(kept).toHaveCount(0);
});

test('the keys help, the palette and the transfer dialog stand up', async () => {
  await desk.locator('body').press('Escape');
  await desk.locator('body').press('?');
  await expect(desk.getByRole('dialog', { name: 'All keys' })).toBeVisible();
  await look(desk, 'keys', ['narrow']);
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('Control+k');
  await desk.getByRole('combobox', { name: 'Command' }).fill('transfer');
  await look(desk, 'palette', ['narrow']);
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('dialog', { name: 'Transfer' })).toBeVisible();
  await look(desk, 'transfer', ['narrow']);
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
});

test('resolving takes three taps', async () => {
  await desk.locator('body').press('e');
  await expect(desk.getByRole('dialog', { name: 'Resolve' })).toBeVisible();
  await look(desk, 'resolve', ['narrow', 'wide']);
  await desk.keyboard.press('2');
  await desk.keyboard.press('1');
  await desk.keyboard.press('1');
  await desk.keyboard.press('Enter');
  await expect(desk.getByText('Resolved. Your verdict is counted.')).toBeVisible();
  await expect(desk.getByText('Nothing in hand')).toBeVisible();
});

test('the customer rates the chat', async () => {
  await expect(customer.getByText('How was this chat?')).toBeVisible();
  await look(customer, 'widget-rate', ['wide', 'phone']);
  await customer.getByRole('radio', { name: '5 stars of 5' }).check({ force: true });
  await customer.getByRole('button', { name: 'Send rating' }).click();
  await expect(customer.getByText('Your rating was saved.')).toBeVisible();
});

test('the supervisor sees it on the board and in learn', async () => {
  await expect(lead.getByText('0 waiting for a person')).toBeVisible();
  await expect(lead.getByRole('region', { name: 'Escalations by reason' }).getByRole('link').first()).toBeVisible();
  await lead.getByRole('link', { name: 'Learn' }).click();
  const reviews = lead.getByRole('region', { name: 'Recent reviews' });
  await expect(reviews.getByRole('row').nth(1)).toContainText('With something missing');
  await expect(reviews.getByRole('row').nth(1)).toContainText('Knowledge');
  await look(lead, 'learn', ['narrow', 'wide', 'phone']);
  // Every figure opens down to its conversations.
  await lead.getByRole('region', { name: 'Metrics', exact: true }).getByRole('button', { name: /^The AI could, or nearly/ }).click();
  const behind = lead.getByRole('dialog', { name: 'The AI could, or nearly' });
  await expect(behind.getByRole('row').nth(1)).toContainText('yes');
  await look(lead, 'learn-behind', ['narrow', 'phone']);
  await behind.getByRole('button', { name: 'Close' }).click();
  await expect(lead.getByRole('region', { name: 'What to automate next' }).getByRole('link').first()).toBeVisible();
  // A draft from what the person answered is tried on the question behind it; nothing is published.
  await lead.getByRole('button', { name: 'Draft an article' }).first().click();
  const draft = lead.getByRole('dialog', { name: 'Draft from what people answered' });
  await draft.getByRole('button', { name: 'Try it' }).click();
  await expect(draft.getByRole('region', { name: 'What the AI would answer' })).toContainText('with this article');
  await look(lead, 'learn-draft', ['narrow', 'phone']);
  await draft.getByRole('button', { name: 'Discard' }).click();
  await reviews.getByRole('link').first().click();
  await expect(lead.getByRole('log', { name: 'Messages' })).toBeVisible();
  await look(lead, 'item', ['narrow', 'wide', 'phone']);
});

test('a policy is checked while it is written, and applied after a confirmation', async () => {
  await lead.getByRole('link', { name: 'Policy' }).click();
  const text = lead.getByRole('textbox', { name: 'Policy as TOML' });
  const good = await text.inputValue();
  await text.fill(`${good}\nnonsense = 1\n`);
  await expect(lead.getByText(/^\d+ problems?$/)).toBeVisible();
  await expect(lead.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await look(lead, 'policy-problem', ['narrow', 'wide', 'phone']);

  // In the order of safety: replay, shadow, a share; each but the first asks why.
  await text.fill(good.replaceAll('escalate = 0.8', 'escalate = 0.7'));
  await expect(lead.getByText('No problems')).toBeVisible();
  await lead.getByRole('button', { name: 'Replay' }).click();
  await expect(lead.getByRole('region', { name: 'Effect on history' })).toContainText('conversation');
  await look(lead, 'policy-effect', ['narrow', 'wide', 'phone']);
  await lead.getByRole('button', { name: 'Shadow' }).click();
  await expect(lead.getByRole('button', { name: 'Start the shadow' })).toBeDisabled();
  await lead.getByLabel('Why, for the record').fill('Too many came late.');
  await lead.getByRole('button', { name: 'Start the shadow' }).click();
  await expect(lead.getByText('In shadow: it decides nothing.')).toBeVisible();
  await look(lead, 'policy-trial', ['narrow', 'wide', 'phone']);
  await lead.getByRole('button', { name: 'Give up' }).click();
  await lead.getByLabel('Why, for the record').fill('Only a try.');
  await lead.getByRole('button', { name: 'Give it up' }).click();
  await expect(lead.getByText(/trial stopped/)).toBeVisible();

  await text.fill(`${good}\n# Looked at again.\n`);
  await expect(lead.getByText('No problems')).toBeVisible();
  await lead.getByRole('button', { name: 'Apply' }).click();
  await lead.getByRole('button', { name: /^Apply version/ }).click();
  await expect(lead.getByText(/is in force\.$/)).toBeVisible();
  await look(lead, 'policy', ['narrow', 'wide']);
});

test('an article is written, and the AI answers from it', async () => {
  await lead.getByRole('link', { name: 'Articles' }).click();
  await lead.getByRole('button', { name: 'New' }).click();
  await lead.getByLabel('Title').fill('Sailing repairs');
  await lead.getByLabel('Text (Markdown)').fill('We mend torn sails in our Hamburg workshop every second Thursday.');
  await lead.getByRole('button', { name: 'Save' }).click();
  await expect(lead.getByText('Saved. The AI uses it from now on.')).toBeVisible();
  await look(lead, 'knowledge', ['narrow', 'wide', 'phone']);

  await customer.getByRole('button', { name: 'Start a new chat' }).click();
  await say('Do you mend torn sails in your workshop?');
  await expect(log().getByText('second Thursday').first()).toBeVisible();
});

test('a reload keeps the chat, and a lost line is said and survived', async () => {
  await customer.reload();
  await expect(log().getByText('Do you mend torn sails in your workshop?')).toBeVisible();
  await customer.context().setOffline(true);
  await say('Are you there?');
  await expect(customer.getByText('Not sent.')).toBeVisible();
  await customer.context().setOffline(false);
  await customer.getByRole('button', { name: 'Try again' }).click();
  await expect(customer.getByText('Not sent.')).toHaveCount(0);
  await expect(log().getByText('Are you there?')).toBeVisible();
});

test('a desk that lost its line says so, keeps what it shows, and comes back', async () => {
  await desk.context().setOffline(true);
  await expect(desk.getByText(/^Offline since/)).toBeVisible();
  await expect(desk.getByRole('heading', { name: 'My work' })).toBeVisible();
  await look(desk, 'desk-offline', ['narrow']);
  await desk.context().setOffline(false);
  await expect(desk.getByText(/^Offline since/)).toHaveCount(0);
});
