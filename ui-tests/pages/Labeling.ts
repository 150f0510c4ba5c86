import { expect, type Locator } from '@playwright/test';
import type { Lab } from './Lab.ts';

/** The images of a dataset version. */
export class Labeling {
  private readonly lab: Lab;
  readonly root: Locator;
  readonly grid: Locator;

  constructor(lab: Lab) {
    this.lab = lab;
    this.root = lab.page.locator('.topsdl-Labeling:visible');
    this.grid = this.root.getByRole('listbox', { name: lab.t('Images') });
  }

  image(index: number): Locator {
    return this.grid.getByRole('option').nth(index);
  }

  async selected(count: number): Promise<void> {
    await expect(this.root.locator('.topsdl-LabelBar-count')).toHaveText(
      this.lab.t('%1 selected', count)
    );
  }

  /** Waits for the counts of both tabs. */
  async counts(unlabeled: number, labeled: number): Promise<void> {
    await expect(this.tab('Unlabeled %1', unlabeled)).toBeVisible();
    await expect(this.tab('Labeled %1', labeled)).toBeVisible();
  }

  tab(name: 'Unlabeled %1' | 'Labeled %1', count: number): Locator {
    return this.root.getByRole('button', { name: this.lab.t(name, count), exact: true });
  }

  /** The number key of a label, as its button shows it. */
  async keyOf(label: string): Promise<string> {
    const button = this.root.locator('.topsdl-LabelBar-label').filter({ hasText: label });
    return button.locator('kbd').innerText();
  }

  /** Waits until so many images are drawn: after a change they move up. */
  async shown(count: number): Promise<void> {
    await expect(this.grid.getByRole('option')).toHaveCount(count);
  }

  /** Draws a rectangle over cells, from inside the first to inside the last. */
  async drag(first: number, last: number): Promise<void> {
    const [from, to] = [await this.box(first), await this.box(last)];
    const { mouse } = this.lab.page;
    await mouse.move(from.x + 4, from.y + 4);
    await mouse.down();
    await mouse.move(from.x + 20, from.y + 20);
    await mouse.move(to.x + to.width - 4, to.y + to.height - 4, { steps: 5 });
    await mouse.up();
  }

  private async box(index: number) {
    const box = await this.image(index).boundingBox();
    if (!box) {
      throw new Error(`image ${index} is not on the screen`);
    }
    return box;
  }

  async saved(): Promise<void> {
    await expect(this.root.getByText(this.lab.t('Saved'), { exact: true })).toBeVisible();
  }
}
