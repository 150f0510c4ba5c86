import { expect, type Locator } from '@playwright/test';
import type { Words } from '../catalog.ts';

/** The form that is in front: fields by their labels in English. */
export class Form {
  readonly root: Locator;
  private readonly t: Words;

  constructor(panel: Locator, t: Words, title: string) {
    this.root = panel.getByRole('form', { name: t(title) });
    this.t = t;
  }

  /** The field with its head, control and fault. */
  field(name: string): Locator {
    return this.root.locator(`.topsdl-Field[data-field="${name}"]`);
  }

  async fill(name: string, text: string): Promise<void> {
    await this.field(name).locator('input, textarea').first().fill(text);
  }

  /** Types words into a field of chips, Enter after them. */
  async chips(name: string, text: string): Promise<void> {
    const input = this.field(name).locator('input');
    await input.fill(text);
    await input.press('Enter');
  }

  /** Searches for a choice and takes the one that is called so. */
  async choose(name: string, option: string | RegExp, search = String(option)): Promise<void> {
    const combo = this.field(name).getByRole('combobox');
    await combo.click();
    await combo.fill(search);
    await this.field(name).getByRole('option', { name: option }).click();
  }

  async spec(name: string): Promise<void> {
    const radio = this.root.getByRole('radio', { name, exact: true });
    await radio.check();
    await expect(radio).toBeChecked();
  }

  async pair(name: string, key: string, value: string): Promise<void> {
    const field = this.field(name);
    await field.getByRole('button', { name: this.t('Add'), exact: true }).click();
    await field.locator('.topsdl-Pairs-row').last().locator('input').first().fill(key);
    await field.locator('.topsdl-Pairs-row').last().locator('input').last().fill(value);
  }

  /** What is wrong with a field. */
  fault(name: string): Locator {
    return this.field(name).getByRole('alert');
  }

  async submit(button: string): Promise<void> {
    const footer = this.root.locator('.topsdl-Form-footer');
    await footer.getByRole('button', { name: this.t(button), exact: true }).click();
  }
}
