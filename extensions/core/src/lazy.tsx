import { ReactWidget } from '@jupyterlab/apputils';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { JSX } from 'react';
import { describeLoadFault, type TopsServices as Services } from '@topsdl/lab';
import { keepFocus } from './focus.ts';

/** Draws nothing of its own: what it shows comes with `@topsdl/ui`, when it is first looked at. */
export class LazyWidget extends ReactWidget {
  private readonly bring: () => Promise<() => JSX.Element>;
  private draw: (() => JSX.Element) | null = null;
  private failure: string | null = null;
  private begun = false;
  private readonly services: Services;
  private readonly focusKept: IDisposable;

  /** @param bring loads the code and returns what draws */
  constructor(services: Services, bring: () => Promise<() => JSX.Element>) {
    super();
    this.services = services;
    this.bring = bring;
    services.events.statusChanged.connect(this.onStatusChanged, this);
    this.addClass('topsdl-Host');
    this.node.tabIndex = -1;
    this.focusKept = keepFocus(this.node);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.services.events.statusChanged.disconnect(this.onStatusChanged, this);
      this.focusKept.dispose();
      super.onBeforeDetach(BEFORE_DETACH);
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    if (this.failure !== null) {
      return (
        <div className="topsdl-Host-failure" role="alert">
          <p>{this.failure}</p>
          <button type="button" className="jp-mod-styled" onClick={() => this.tryAgain()}>
            {this.services.translation.trans.__('Try Again')}
          </button>
        </div>
      );
    }
    return this.draw?.() ?? <></>;
  }

  protected override onUpdateRequest(message: Message): void {
    if (!this.begun) {
      if (!this.isVisible) {
        return;
      }
      this.begun = true;
      this.bring()
        .then(draw => {
          this.draw = draw;
        })
        .catch((error: unknown) => {
          this.failure = describeLoadFault(this.services.translation.trans, error) ?? String(error);
        })
        .finally(() => this.update());
    }
    super.onUpdateRequest(message);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (!this.begun) {
      this.update();
    }
  }

  private onStatusChanged(): void {
    if (this.failure !== null && this.services.events.status === 'open') {
      this.tryAgain();
    }
  }

  private tryAgain(): void {
    this.failure = null;
    this.begun = false;
    this.update();
  }

  /** Moving a tab to another place detaches it for a moment; what was typed in it has to stay. */
  protected override onBeforeDetach(): void {
    // React's tree is unmounted in `dispose`.
  }
}

const BEFORE_DETACH = { type: 'before-detach' } as Message;

/** The kit, with what it needs; loaded once. */
export async function loadKit(services: Services) {
  const [kit, client] = await Promise.all([import('@topsdl/ui'), services.api.client()]);
  return { kit, host: kit.hostOf(services, client) };
}
