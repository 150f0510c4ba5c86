import { expect, type Locator, type Page } from '@playwright/test';

/** The notebook that is in front. Its words are JupyterLab's, in English. */
export class Notebook {
  private readonly page: Page;
  private path = '';
  readonly root: Locator;

  constructor(page: Page) {
    this.page = page;
    this.root = page.locator('.jp-NotebookPanel:visible');
  }

  /** A new one, on Python. */
  async create(): Promise<void> {
    this.path = await this.page.evaluate(async () => {
      const args = { kernelName: 'python3' };
      const panel = await window.jupyterapp.commands.execute('notebook:create-new', args);
      return String(panel.context.path);
    });
    await expect(this.cell(0)).toBeVisible();
  }

  /** Ends its kernel and removes its file. */
  async discard(): Promise<void> {
    await this.page.evaluate(async path => {
      const { contents, sessions } = window.jupyterapp.serviceManager;
      const session = await sessions.findByPath(path);
      if (session) {
        await sessions.shutdown(session.id);
      }
      await contents.delete(path);
    }, this.path);
  }

  cell(index: number): Locator {
    return this.root.locator('.jp-Cell').nth(index);
  }

  /** The code of a cell. */
  code(index: number): Locator {
    return this.cell(index).locator('.cm-content');
  }

  /** Runs all cells and waits until the kernel rests. */
  async runAll(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.jupyterapp.commands.execute('notebook:run-all-cells');
    });
  }

  output(index: number): Locator {
    return this.cell(index).locator('.jp-OutputArea-output');
  }

  /** Drags something with the mouse and lets it go over a place. */
  async drag(thing: Locator, onto: Locator, at: 'middle' | 'end' = 'middle'): Promise<void> {
    const [from, to] = [await thing.boundingBox(), await onto.boundingBox()];
    if (!from || !to) {
      throw new Error('what is dragged, or where it goes, is not on the screen');
    }
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 3, from.y + from.height / 2);
    await mouse.down();
    const y = at === 'end' ? to.y + to.height - 8 : to.y + to.height / 2;
    await mouse.move(to.x + to.width / 2, y - 4, { steps: 8 });
    await mouse.move(to.x + to.width / 2, y);
    await mouse.up();
  }
}
