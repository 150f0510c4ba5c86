import { expect, type Locator, type Page } from '@playwright/test';

/** A file browser of JupyterLab: its own, or one on a drive of sets. Its words are JupyterLab's, in English. */
export class Files {
  private readonly page: Page;
  private readonly id: string;
  readonly root: Locator;

  /** @param id the widget's: `filebrowser`, `topsdl-algorithms`, `topsdl-models` */
  constructor(page: Page, id = 'filebrowser') {
    this.page = page;
    this.id = id;
    this.root = page.locator(`#${id}`);
  }

  async show(): Promise<void> {
    if (!(await this.root.isVisible())) {
      await this.page.locator(`.jp-SideBar .lm-TabBar-tab[data-id="${this.id}"]`).click();
    }
    await expect(this.root).toBeVisible();
  }

  item(name: string): Locator {
    const text = this.page.getByText(name, { exact: true });
    return this.root.locator('.jp-DirListing-item').filter({ has: text });
  }

  /** Presses a button of the toolbar, by its name there. */
  async press(name: string): Promise<void> {
    await this.root.locator(`[data-jp-item-name="${name}"]`).getByRole('button').first().click();
  }

  /** Types a name where JupyterLab asks for one in the list. */
  async name(text: string): Promise<void> {
    const editor = this.root.locator('.jp-DirListing-editor');
    await editor.fill(text);
    await editor.press('Enter');
    await expect(this.item(text)).toBeVisible();
  }

  /** Marks items and takes an entry of their context menu. */
  async menu(names: readonly string[], entry: string): Promise<void> {
    const [first = '', ...others] = names;
    await this.item(first).click();
    for (const name of others) {
      await this.item(name).click({ modifiers: ['Control'] });
    }
    await this.item(first).click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: entry, exact: true }).click();
  }

  /** Writes a file of JupyterLab's, with the directories above it. */
  async write(path: string, content: Buffer): Promise<void> {
    await this.page.evaluate(
      async ([path, content]) => {
        const { contents } = window.jupyterapp.serviceManager;
        const parts = path.split('/').slice(0, -1);
        for (const [index] of parts.entries()) {
          const type = 'directory' as const;
          await contents.save(parts.slice(0, index + 1).join('/'), { type });
        }
        await contents.save(path, { type: 'file', format: 'base64', content });
      },
      [path, content.toString('base64')] as const
    );
  }

  /** Removes files of JupyterLab's. */
  async remove(path: string): Promise<void> {
    await this.page.evaluate(path => window.jupyterapp.serviceManager.contents.delete(path), path);
  }

  /** Drops files of this machine on the list, as from a window of the desktop. */
  async drop(paths: readonly string[]): Promise<void> {
    const box = await this.root.locator('.jp-DirListing-content').boundingBox();
    if (!box) {
      throw new Error('the list is not on the screen');
    }
    const context = this.page.context();
    // Galata's page is a page with more to it, which the browser's tools do not take for one.
    const plain = context.pages().find(page => page.url() === this.page.url());
    const devtools = await context.newCDPSession(plain ?? this.page);
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', { type, x: box.x + 40, y: box.y + 40, data });
    }
    await devtools.detach();
  }
}
