import { expect, test } from '../../fixtures.ts';
import { adminPassword, PASSWORD } from '../../seed.ts';
import { EMPTY, Showcase } from './showcase.ts';
import { PANEL, Tour } from './tour.ts';

test('the suite as a whole', async ({ lab, page, t }, info) => {
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.project(showcase.projectId);
  const launcher = page.locator('.jp-Launcher-body');
  await expect(launcher.getByText(t('Overview'), { exact: true })).toBeVisible();
  await tour.look('launcher', '#jp-main-statusbar .topsdl-Status');
  await page.locator('.topsdl-Status-item').first().click();
  await tour.look('projects-menu', '.lm-Menu');
  await page.keyboard.press('Escape');
  await page.locator('#jp-MainMenu').getByText('TopsDL', { exact: true }).click();
  await tour.look('menu', '.lm-Menu');
  await page.keyboard.press('Escape');
  await lab.command('topsdl:projects:overview');
  await expect(page.locator('.topsdl-Overview')).toContainText('signs-busy');
  await tour.look('overview');
  await lab.command('topsdl:activity');
  await tour.look('activity');
  await page
    .getByRole('button', { name: t('Log'), exact: true })
    .first()
    .click();
  await tour.look('activity-log');
  await lab.tidy();
  await lab.command('topsdl:account:open');
  await tour.look('account');
  await page.getByRole('button', { name: t('Change E-Mail Address…') }).click();
  await tour.look('account-email');
  await page.getByRole('tab', { name: t('Access tokens') }).click();
  await tour.look('account-tokens');
  await page.getByRole('button', { name: t('New Token') }).click();
  await tour.look('account-token-form');
  await lab.tidy();

  const seed = await showcase.empty();
  await lab.project(seed);
  for (const area of ['data', 'develop', 'train', 'serve'] as const) {
    await lab.area(area);
    await expect(page.locator(`#topsdl-${area} .topsdl-Section`).first()).toBeVisible();
    await tour.look(`empty-${area}`, `#topsdl-${area}`);
  }
  await lab.command('topsdl:projects:overview');
  await expect(page.locator('.topsdl-Overview')).toContainText(EMPTY);
  await tour.look('empty-overview');
  await lab.command('topsdl:activity');
  await expect(page.locator(PANEL)).toContainText(t('Activity'));
  await tour.look('empty-activity');
  await lab.open('administration', 'all');
  await tour.look('refused');
  await lab.open('training-run', '01a20000-0000-7000-8000-000000000000');
  await tour.look('missing');
  tour.end();
});

test('an administrator', async ({ lab, page, t }, info) => {
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.command('topsdl:account:sign-in');
  await tour.look('sign-in');
  await page.locator('[data-field="name"] input').fill('admin');
  await page.locator('[data-field="password"] input').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(page.locator('.topsdl-Form-told')).not.toBeEmpty();
  await tour.look('sign-in-fault');
  await lab.tidy();
  await lab.signIn('admin', adminPassword());
  await lab.project(showcase.projectId);
  await lab.command('topsdl:projects:overview');
  await expect(page.getByRole('grid', { name: t('All projects') })).toBeVisible();
  await page.getByRole('grid', { name: t('All projects') }).scrollIntoViewIfNeeded();
  await tour.look('overview-all-projects');
  await lab.command('topsdl:admin:open');
  for (const [name, title, add] of [
    ['projects', 'Projects', 'Add Project'],
    ['users', 'Users', 'Add User'],
    ['specs', 'Compute specs', 'Add Compute Spec']
  ] as const) {
    await page.getByRole('tab', { name: t(title), exact: true }).click();
    await expect(page.getByRole('row').nth(1)).toBeVisible();
    await tour.look(`administration-${name}`);
    await page.getByRole('button', { name: t(add), exact: true }).click();
    await tour.look(`administration-${name}-form`);
    await page.keyboard.press('Escape');
  }
  tour.end();
});

for (const name of ['labeler', 'reviewer', 'data-only', 'nobody'] as const) {
  test(`a user: ${name}`, async ({ lab, page, t }, info) => {
    const tour = new Tour(page, info);
    await lab.signIn(name, PASSWORD);
    const bars = page.locator('.jp-SideBar .lm-TabBar-tab[data-id^="topsdl-"]');
    if ((await bars.count()) > 0) {
      await bars.first().click();
    }
    await lab.command('topsdl:account:open');
    await tour.look(`user-${name}`);
    if (name === 'nobody') {
      await lab.command('topsdl:projects:overview');
      await tour.look('no-project');
      await lab.command('topsdl:sign-out');
      await expect(page.locator('.topsdl-Status')).toContainText(t('Signed out'));
      await tour.look('signed-out');
    }
    tour.end();
  });
}
