import { ReactWidget } from '@jupyterlab/apputils';
import {
  ABCWidgetFactory,
  DocumentWidget,
  TextModelFactory,
  type DocumentRegistry,
  type IDocumentWidget
} from '@jupyterlab/docregistry';
import { modelIcon } from '@topsdl/lab';
import type { JSX } from 'react';

/** A document whose bytes the page does not read: Netron asks for them itself. */
export class UnreadModelFactory extends TextModelFactory {
  override get name(): string {
    return 'topsdl-unread';
  }

  override get fileFormat(): null {
    return null;
  }
}

/** Draws what comes with the kit, once it is there. */
class Content extends ReactWidget {
  private drawn: JSX.Element | null = null;

  constructor(bring: Promise<JSX.Element>) {
    super();
    this.addClass('topsdl-Panel');
    void bring.then(element => {
      this.drawn = element;
      this.update();
    });
  }

  protected override render(): JSX.Element | null {
    return this.drawn;
  }
}

/** Opens model files as documents of JupyterLab: by a double click, by “Open With”, after a reload. */
export class NetronFactory extends ABCWidgetFactory<IDocumentWidget> {
  private readonly draw: (path: string) => Promise<JSX.Element>;

  /** @param draw what shows the file of a path */
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<IDocumentWidget>,
    draw: (path: string) => Promise<JSX.Element>
  ) {
    super(options);
    this.draw = draw;
  }

  protected override createNewWidget(context: DocumentRegistry.Context): IDocumentWidget {
    const widget = new DocumentWidget({ content: new Content(this.draw(context.path)), context });
    widget.title.icon = modelIcon;
    return widget;
  }
}
