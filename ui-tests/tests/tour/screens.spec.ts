import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../../fixtures.ts';
import type { Area } from '../../pages/Lab.ts';

/** Panels that a command opens, by the name of their picture. */
const PANELS: Readonly<Record<string, string>> = {
  overview: 'topsdl:projects:overview',
  activity: 'topsdl:activity',
  'dataset-form': 'topsdl:datasets:create',
  'algorithm-form': 'topsdl:algorithms:create',
  'model-form': 'topsdl:models:create',
  'training-form': 'topsdl:training:create',
  'package-form': 'topsdl:serving:create-package',
  'service-form': 'topsdl:serving:create-service',
  administration: 'topsdl:admin:open',
  account: 'topsdl:account:open',
  'sign-in': 'topsdl:account:sign-in'
};

/** The newest of each that the thread has left, by the row that opens it. */
const OBJECTS: readonly (readonly [name: string, area: Area, section: string])[] = [
  ['dataset-version', 'data', 'Datasets'],
  ['algorithm-version', 'develop', 'Algorithm Sets'],
  ['model-version', 'develop', 'Model Sets'],
  ['training-run', 'train', 'Training'],
  ['package-version', 'serve', 'Model Packages'],
  ['service', 'serve', 'Online Services']
];

test('every screen is looked at, and has no serious fault of access', async ({
  lab,
  page
}, testInfo) => {
  const folder = join(String(process.env['TOPSDL_UI_ARTIFACTS']), 'screens', testInfo.project.name);
  mkdirSync(folder, { recursive: true });
  const faults: string[] = [];

  const look = async (name: string, part: string) => {
    await expect(page.locator(`${part} .topsdl-mod-loading:visible`)).toHaveCount(0);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    const { violations } = await new AxeBuilder({ page }).include(part).exclude('iframe').analyze();
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') {
        faults.push(...nodes.map(node => `${name}: ${id}: ${node.html.slice(0, 200)}`));
      }
    }
  };

  for (const area of ['data', 'develop', 'train', 'serve'] as const) {
    const bar = await lab.area(area);
    await expect(bar.locator('.topsdl-Section').first()).toBeVisible();
    await look(`sidebar-${area}`, `#topsdl-${area}`);
  }
  await look('status', '.topsdl-Status');
  for (const [name, command] of Object.entries(PANELS)) {
    await lab.command(command);
    await expect(
      page.locator('#jp-main-dock-panel .topsdl-Host:visible > *').first()
    ).toBeVisible();
    await look(name, '#jp-main-dock-panel .topsdl-Host:not(.lm-mod-hidden)');
  }
  for (const [name, area, title] of OBJECTS) {
    const { root } = await lab.section(area, title);
    const first = root.getByRole('treeitem').first();
    if ((await first.count()) === 0) {
      continue;
    }
    if ((await first.getAttribute('aria-expanded')) === 'false') {
      await first.locator('.topsdl-Row-caret').click();
    }
    const version = root.locator('[aria-level="2"]').first();
    await ((await version.count()) > 0 ? version : first).click();
    await expect(page.locator('#jp-main-dock-panel .topsdl-Detail-header:visible')).toBeVisible();
    await look(name, '#jp-main-dock-panel .topsdl-Host:not(.lm-mod-hidden)');
  }
  expect(faults).toEqual([]);
});
