import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, TestInfo } from '@playwright/test';
import { expect } from '../../fixtures.ts';

type Violation = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number];

/** The panel that is in front. */
export const PANEL = '#jp-main-dock-panel .topsdl-Host:not(.lm-mod-hidden)';

/** Takes a picture of every screen, and asks axe about it. */
export class Tour {
  private readonly page: Page;
  private readonly folder: string;
  private readonly faults: string[] = [];

  constructor(page: Page, { project }: TestInfo) {
    this.page = page;
    const name = project.name.replace('screens-', '');
    this.folder = join(String(process.env['TOPSDL_UI_ARTIFACTS']), 'screens', name);
    mkdirSync(this.folder, { recursive: true });
  }

  /**
   * Looks at what is on the screen.
   *
   * @param name of the picture
   * @param part what axe is asked about: the rest is JupyterLab's
   */
  async look(name: string, part = PANEL): Promise<void> {
    await expect(this.page.locator(`${part} .topsdl-mod-loading:visible`)).toHaveCount(0);
    await this.page.waitForFunction(() =>
      // Those that are scrolled out of sight are not loaded.
      Array.from(document.images).every(
        image => image.complete || image.getBoundingClientRect().top > window.innerHeight
      )
    );
    await this.page.screenshot({ path: join(this.folder, `${name}.png`), animations: 'disabled' });
    const { violations } = await new AxeBuilder({ page: this.page })
      .include(part)
      .exclude('iframe')
      .options({ resultTypes: ['violations'], preload: false })
      .analyze();
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') {
        const ours = nodes.filter(node => !isMenuSeparators(id, node));
        this.faults.push(...ours.map(node => `${name}: ${id}: ${node.html.slice(0, 200)}`));
      }
    }
  }

  /** Fails for what axe has found anywhere. */
  end(): void {
    expect(this.faults).toEqual([]);
  }
}

/**
 * JupyterLab's menus let their separators have the focus, for which axe no longer takes them for mere
 * presentation and misses an item in their place.
 */
function isMenuSeparators(rule: string, { any, all, none }: Violation['nodes'][number]): boolean {
  const missed = [...any, ...all, ...none].flatMap(({ relatedNodes }) => relatedNodes ?? []);
  return (
    rule === 'aria-required-children' &&
    missed.length > 0 &&
    missed.every(({ html }) => html.includes('data-type="separator"'))
  );
}
