import { expect, type Locator, type Page } from '@playwright/test';
import type { Words } from '../catalog.ts';
import { Form } from './Form.ts';

export type Area = 'data' | 'develop' | 'train' | 'serve';

/** JupyterLab's shell as far as the suite is in it: sidebars, tabs, dialogs, status bar. */
export class Lab {
  readonly page: Page;
  readonly t: Words;

  constructor(page: Page, t: Words) {
    this.page = page;
    this.t = t;
  }

  /** Waits until the suite is signed in and connected. */
  async ready(): Promise<void> {
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 120_000 });
    await expect(this.page.locator('.topsdl-Status')).toContainText(this.t('Connected'), {
      timeout: 60_000
    });
  }

  /** JupyterLab writes its state down some time after a change: resolves with the next one that has a text in it. */
  async keeps(text: string): Promise<void> {
    await this.page.waitForRequest(
      request =>
        request.method() === 'PUT' &&
        request.url().includes('/api/workspaces/') &&
        request.postData()?.includes(text) === true
    );
  }

  /** Shows a sidebar, whichever was shown before. */
  async area(area: Area): Promise<Locator> {
    const bar = this.page.locator(`#topsdl-${area}`);
    if (!(await bar.isVisible())) {
      await this.page.locator(`.jp-SideBar .lm-TabBar-tab[data-id="topsdl-${area}"]`).click();
    }
    await expect(bar).toBeVisible();
    return bar;
  }

  /** A section of a sidebar, such as `Datasets`. */
  async section(area: Area, title: string): Promise<Section> {
    const bar = await this.area(area);
    const section = bar.getByRole('region', { name: this.t(title), exact: true });
    await expect(section).toBeVisible();
    return new Section(section);
  }

  /** The panel that is in front in the main area. */
  get panel(): Locator {
    return this.page.locator('#jp-main-dock-panel .topsdl-Panel:visible');
  }

  tab(title: string): Locator {
    return this.page.locator('#jp-main-dock-panel').getByRole('tab', { name: title, exact: true });
  }

  /** Answers the dialog that is open. */
  async accept(label: string): Promise<void> {
    const dialog = this.page.locator('.jp-Dialog');
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  /** Takes an entry of the context menu that is open. */
  async menu(label: string): Promise<void> {
    await this.page.getByRole('menuitem', { name: label, exact: true }).click();
  }

  /** Signs in by name; JupyterLab was opened as the owner of the data directory. */
  async signIn(name: string, password: string): Promise<void> {
    await this.command('topsdl:account:sign-in');
    const form = new Form(this.page.locator('#jp-main-dock-panel'), this.t, 'Sign In to TopsDL');
    await form.fill('name', name);
    await form.fill('password', password);
    await form.submit('Sign In');
    await expect(form.root).toBeHidden();
    await expect(this.page.locator('.topsdl-Status')).toContainText(this.t('Connected'));
    await this.page.locator('.Toastify__toast').first().click();
  }

  /** Works in a project. */
  async project(projectId: string): Promise<void> {
    await this.command('topsdl:choose-project', { projectId });
  }

  /** Opens the panel of a thing, or a form. */
  async open(kind: string, id: string, args: Record<string, unknown> = {}): Promise<Locator> {
    await this.command('topsdl:open', { kind, id, args });
    await expect(this.panel.locator(':scope > *').first()).toBeVisible();
    return this.panel;
  }

  /** Closes all tabs. */
  async tidy(): Promise<void> {
    await this.command('application:close-all');
  }

  /** Runs a command as the palette does. */
  async command(id: string, args: Record<string, unknown> = {}): Promise<void> {
    await this.page.evaluate(
      async ([id, args]) => {
        await window.jupyterapp.commands.execute(id, args as never);
      },
      [id, args] as const
    );
  }
}

/** A section of a sidebar with its list. */
export class Section {
  readonly root: Locator;

  constructor(root: Locator) {
    this.root = root;
  }

  async press(button: string): Promise<void> {
    await this.root.getByRole('button', { name: button, exact: true }).first().click();
  }

  /** The row that is called so. */
  row(label: string): Locator {
    return this.root
      .getByRole('treeitem')
      .filter({ has: this.root.page().getByText(label, { exact: true }) })
      .first();
  }

  /** The rows folded out below the row that is called so. */
  async unfold(label: string): Promise<void> {
    const row = this.row(label);
    await expect(row).toBeVisible();
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.topsdl-Row-caret').click();
    }
    await expect(row).toHaveAttribute('aria-expanded', 'true');
  }
}
