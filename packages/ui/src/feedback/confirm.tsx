import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { JSX } from 'react';
import type { ITopsTranslation } from '@topsdl/lab';

export interface Confirmation {
  /** What is asked, such as “Delete digits-mpi?”. */
  readonly title: string;
  /** What will happen, and that it cannot be undone where it cannot. */
  readonly text: string;
  /** What the button says: the verb. */
  readonly accept: string;
  readonly danger?: boolean;
  /** The name that has to be typed first, where a slip would be costly. */
  readonly name?: string;
}

/** Asks before something that cannot be undone cheaply. */
export async function confirm(
  { trans }: Pick<ITopsTranslation, 'trans'>,
  { title, text, accept, danger, name }: Confirmation
): Promise<boolean> {
  const button = danger ? Dialog.warnButton({ label: accept }) : Dialog.okButton({ label: accept });
  const buttons = [Dialog.cancelButton(), button];
  if (name === undefined) {
    return (await showDialog({ title, body: text, buttons })).button.accept;
  }
  const body = new NameBody(text, trans.__('Type %1 to go on:', name), name);
  const dialog = new Dialog({ title, body, buttons, focusNodeSelector: 'input', hasClose: true });
  const update = () => {
    const node = dialog.node.querySelector<HTMLButtonElement>('.jp-mod-accept');
    if (node) {
      node.disabled = !body.matches;
    }
  };
  body.onInput = update;
  const answer = dialog.launch();
  update();
  return (await answer).button.accept && body.matches;
}

/** Asks before something is deleted that nothing else loses by. */
export function confirmDelete(
  host: Pick<ITopsTranslation, 'trans'>,
  name: string
): Promise<boolean> {
  const { trans } = host;
  return confirm(host, {
    title: trans.__('Delete %1?', name),
    text: trans.__('This cannot be undone.'),
    accept: trans.__('Delete'),
    danger: true
  });
}

class NameBody extends ReactWidget {
  private readonly text: string;
  private readonly prompt: string;
  private readonly name: string;
  private typed = '';
  onInput: () => void = () => undefined;

  constructor(text: string, prompt: string, name: string) {
    super();
    this.text = text;
    this.prompt = prompt;
    this.name = name;
    this.addClass('topsdl-Confirm');
  }

  get matches(): boolean {
    return this.typed.trim().normalize('NFC') === this.name;
  }

  protected override render(): JSX.Element {
    return (
      <>
        <p>{this.text}</p>
        <label>
          {this.prompt}
          <input
            className="topsdl-Input"
            type="text"
            autoComplete="off"
            defaultValue=""
            onChange={event => {
              this.typed = event.target.value;
              this.onInput();
            }}
          />
        </label>
      </>
    );
  }
}
