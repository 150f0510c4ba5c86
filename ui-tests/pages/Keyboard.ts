import { expect, type Locator, type Page } from '@playwright/test';
import type { Words } from '../catalog.ts';
import type { Area } from './Lab.ts';

const AREAS: readonly Area[] = ['data', 'develop', 'train', 'serve'];
/** How often a key is pressed at most on the way to something: farther is not in reach. */
const REACH = 80;

/** What the page hears of a pointer; touching a page has every one of these but the last. */
const POINTER = ['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'touchstart', 'wheel'];

/** Somebody without a pointer: the keyboard, and what has the focus. */
export class Keyboard {
  private readonly page: Page;
  private readonly t: Words;
  /** Events of a pointer that reached a frame, and places where the focus could not be seen. */
  readonly faults: string[] = [];

  constructor(page: Page, t: Words) {
    this.page = page;
    this.t = t;
  }

  /** To be called before the page is opened. */
  async watch(): Promise<void> {
    await this.page.exposeBinding('topsdlPointer', (_source, type: string) => {
      this.faults.push(`${type} reached the page`);
    });
    await this.page.addInitScript(types => {
      const tell = (event: Event) => {
        const report: unknown = Reflect.get(window, 'topsdlPointer');
        if (event.isTrusted && typeof report === 'function') {
          report(event.type);
        }
      };
      for (const type of types) {
        window.addEventListener(type, tell, { capture: true, passive: true });
      }
    }, POINTER);
  }

  /** Waits until JupyterLab has its keys, and has put the focus where it wants it at first. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() =>
      window.jupyterapp.commands.keyBindings.some(
        ({ command }) => command === 'apputils:activate-command-palette'
      )
    );
    await this.somewhere();
  }

  async press(key: string, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await this.page.keyboard.press(key);
    }
  }

  /** Types over what is in the field that has the focus. */
  async type(text: string): Promise<void> {
    await this.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
  }

  /** Presses Tab, or another key, until the focus is there. */
  async to(target: Locator, key = 'Tab'): Promise<void> {
    await expect(target).toBeVisible();
    await this.somewhere();
    const wanted = await target.elementHandle();
    const passed: string[] = [];
    for (let time = 0; time < REACH; time++) {
      const { what, seen, there } = await this.page.evaluate(look, wanted);
      if (!seen) {
        this.faults.push(`the focus cannot be seen on ${what}`);
      }
      if (there) {
        return;
      }
      passed.push(what);
      await this.press(key);
    }
    throw new Error(`not reached with ${REACH} × ${key}, by way of\n${passed.join('\n')}`);
  }

  /** Goes to a button and presses it. */
  async button(target: Locator): Promise<void> {
    await expect(target).toBeEnabled();
    await this.to(target);
    await this.press('Enter');
  }

  /** Runs a command of the palette by what it is called. */
  async palette(label: string): Promise<void> {
    const dialog = this.page.locator('.jp-ModalCommandPalette');
    await this.press('ControlOrMeta+Shift+c');
    await expect(dialog).toBeVisible();
    await this.page.keyboard.type(label.replace('…', ''));
    const active = dialog.locator('.lm-CommandPalette-item.lm-mod-active');
    await this.until(
      'ArrowDown',
      async () =>
        (await active.locator('.lm-CommandPalette-itemLabel').textContent({ timeout: 5000 })) ===
        label
    );
    await this.press('Enter');
    await expect(dialog).toBeHidden();
  }

  /** Shows a sidebar by its keys. */
  async area(area: Area): Promise<void> {
    await this.press(`ControlOrMeta+Alt+${AREAS.indexOf(area) + 1}`);
    await expect(this.page.locator(`#topsdl-${area}`)).toBeVisible();
  }

  /** Goes to the row of a list that is called so. */
  async row(list: Locator, label: string): Promise<Locator> {
    const row = list
      .getByRole('treeitem')
      .filter({ has: this.page.getByText(label, { exact: true }) })
      .first();
    await expect(row).toBeVisible();
    await this.to(list.locator('[role="treeitem"][tabindex="0"]'));
    await this.press('Home');
    await this.to(row, 'ArrowDown');
    return row;
  }

  /** Opens the menu of what has the focus and takes an entry. */
  async menu(label: string): Promise<void> {
    await this.press('Shift+F10');
    await this.take(label);
  }

  /** Takes an entry of the menu that is open. */
  async take(label: string): Promise<void> {
    const menu = this.page.locator('.lm-Menu').last();
    await expect(menu).toBeVisible();
    const active = menu.locator('.lm-Menu-item.lm-mod-active .lm-Menu-itemLabel');
    await this.until('ArrowDown', async () => {
      return (await active.count()) > 0 && (await active.textContent()) === label;
    });
    await this.press('Enter');
    await expect(menu).toBeHidden();
  }

  /** Chooses a file in the browser's own window, which Enter on a button opens. */
  async file(
    target: Locator,
    files: { name: string; mimeType: string; buffer: Buffer }
  ): Promise<void> {
    await this.to(target);
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      this.press('Enter')
    ]);
    await chooser.setFiles(files);
  }

  /** Answers the dialog that is open with its main button. */
  async accept(label: string): Promise<void> {
    const dialog = this.page.locator('.jp-Dialog');
    await this.to(dialog.getByRole('button', { name: label, exact: true }));
    await this.press('Enter');
    await expect(dialog).toBeHidden();
  }

  /** A form's fields, by the names that the contract gives them. */
  form(root: Locator): KeyboardForm {
    return new KeyboardForm(this, root, this.t);
  }

  /** Waits until the focus is in something: where it fell out, the next Tab would begin anywhere. */
  private async somewhere(): Promise<void> {
    await this.page.waitForFunction(() => document.activeElement !== document.body, null, {
      timeout: 10_000
    });
  }

  private async until(key: string, there: () => Promise<boolean>): Promise<void> {
    for (let time = 0; time < REACH; time++) {
      if (await there()) {
        return;
      }
      await this.press(key);
    }
    throw new Error(`not there after ${REACH} × ${key}`);
  }
}

/** In the page: what has the focus, whether that can be seen, and whether it is what is wanted. */
function look(wanted: Node | null) {
  const node = document.activeElement ?? document.body;
  const shows = (one: Element) => {
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return outlined || style.boxShadow !== 'none';
  };
  const { width, height } = node.getBoundingClientRect();
  // A panel as a whole has the focus until something in it takes it: its tab says so.
  const own = node.closest('.topsdl-Host') !== null && node.getAttribute('tabindex') !== '-1';
  const separator = node.getAttribute('role') === 'separator';
  const frame = node instanceof HTMLIFrameElement;
  const shown = shows(node) || (node.parentElement !== null && shows(node.parentElement));
  return {
    what: node.outerHTML.slice(0, 160),
    seen: !own || frame || separator || (shown && width > 0 && height > 0),
    there: node === wanted
  };
}

/** A form filled without a pointer. */
export class KeyboardForm {
  private readonly keyboard: Keyboard;
  private readonly t: Words;
  readonly root: Locator;

  constructor(keyboard: Keyboard, root: Locator, t: Words) {
    this.keyboard = keyboard;
    this.root = root;
    this.t = t;
  }

  private field(name: string): Locator {
    return this.root.locator(`.topsdl-Field[data-field="${name}"]`);
  }

  async fill(name: string, text: string): Promise<void> {
    await this.keyboard.to(this.field(name).locator('input, textarea').first());
    await this.keyboard.type(text);
  }

  /** Searches for a choice and takes the one that is called so. */
  async choose(name: string, option: string, search = option): Promise<void> {
    const combo = this.field(name).getByRole('combobox');
    await this.keyboard.to(combo);
    await this.keyboard.type(search);
    const wanted = this.field(name).getByRole('option', { name: option });
    await expect(wanted).toBeVisible();
    const index = await wanted.evaluate(node =>
      Array.from(node.parentElement?.children ?? []).indexOf(node)
    );
    await this.keyboard.press('ArrowDown', index);
    await expect(wanted).toHaveAttribute('data-active', 'true');
    await this.keyboard.press('Enter');
    await expect(this.field(name)).toContainText(
      (await combo.getAttribute('placeholder')) === option ? '' : option
    );
  }

  /** Chooses the compute spec that is called so, which is the first. */
  async spec(name: string): Promise<void> {
    const radio = this.root.getByRole('radio', { name, exact: true });
    await this.keyboard.to(this.root.getByRole('radio').first());
    await this.keyboard.press('Space');
    await expect(radio).toBeChecked();
  }

  async pair(name: string, key: string, value: string): Promise<void> {
    const field = this.field(name);
    await this.keyboard.button(field.getByRole('button', { name: this.t('Add'), exact: true }));
    const row = field.locator('.topsdl-Pairs-row').last();
    await this.keyboard.to(row.locator('input').first(), 'Shift+Tab');
    await this.keyboard.type(key);
    await this.keyboard.press('Tab');
    await this.keyboard.type(value);
  }

  /** Sends the form by its key. */
  async send(): Promise<void> {
    await this.keyboard.press('ControlOrMeta+Enter');
  }

  /** Goes to one of its buttons. */
  async submit(button: string): Promise<void> {
    const footer = this.root.locator('.topsdl-Form-footer');
    await this.keyboard.button(footer.getByRole('button', { name: this.t(button), exact: true }));
  }
}
