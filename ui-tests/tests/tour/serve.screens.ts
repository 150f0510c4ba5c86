import { expect, test } from '../../fixtures.ts';
import { drawing } from '../../material/png.ts';
import { Form } from '../../pages/Form.ts';
import { LONG, Showcase } from './showcase.ts';
import { Tour } from './tour.ts';

test('packages and services', async ({ lab, page, t }, info) => {
  const tour = new Tour(page, info);
  const showcase = await Showcase.find();
  await lab.project(showcase.projectId);
  const packages = await lab.section('serve', 'Model Packages');
  const services = await lab.section('serve', 'Online Services');
  await packages.unfold('sign-package');
  await services.unfold('sign-reader');
  await tour.look('serve-sidebar', '#topsdl-serve');

  await packages.press(t('New Model Package'));
  await tour.look('package-form');
  await packages.row('sign-package').hover();
  await packages
    .row('sign-package')
    .getByRole('button', { name: t('New Version…') })
    .click();
  const form = new Form(page.locator('#jp-main-dock-panel'), t, 'New Package Version');
  await expect(form.root).toBeVisible();
  await form.chips('arguments', 'python3 serve.py --port 8080');
  await tour.look('package-version-form');
  await lab.tidy();

  await packages.row('v1').click();
  await expect(page.getByRole('tab', { name: t('Build log') })).toBeVisible();
  await tour.look('package-version');
  await page.getByRole('tab', { name: t('Configuration') }).click();
  await tour.look('package-version-configuration');
  await page.getByRole('tab', { name: t('Build log') }).click();
  await lab.tidy();

  await services.press(t('New Online Service'));
  await tour.look('service-form');
  await services.row(LONG.zh).click();
  const add = lab.panel.getByRole('button', { name: t('Add Production Version…') });
  await expect(add).toBeVisible();
  await tour.look('service-empty');
  await add.click();
  await tour.look('service-version-form');
  await lab.tidy();

  await services.row('sign-reader').click();
  const tab = (name: string) => page.getByRole('tab', { name: t(name), exact: true });
  await expect(tab('Live')).toBeVisible();
  await tour.look('service');
  await tab('Try it').click();
  const trial = page.locator('.topsdl-TryIt:visible');
  await tour.look('service-try');
  await trial
    .getByLabel(t('File to send'))
    .setInputFiles({ name: 'q.png', mimeType: 'image/png', buffer: drawing('square', 3) });
  await trial.getByRole('button', { name: t('Send'), exact: true }).click();
  await expect(trial.getByRole('region', { name: t('Answer') })).toContainText('200');
  await tour.look('service-answer');
  await tab('Production logs').click();
  await tour.look('service-logs');
  await page.getByRole('button', { name: t('Swap Production and Gray') }).click();
  await expect(page.locator('.jp-Dialog')).toBeVisible();
  await tour.look('service-swap', '.jp-Dialog-content');
  await page.keyboard.press('Escape');
  await tab('Live').click();
  tour.end();
});
