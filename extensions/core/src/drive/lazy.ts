import type { Contents, ServerConnection } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import type { FileSetDrive, FileSetDriveOptions } from './drive.ts';

/** What JupyterLab asks a drive to do. */
type Work =
  | 'get'
  | 'getDownloadUrl'
  | 'newUntitled'
  | 'delete'
  | 'rename'
  | 'save'
  | 'copy'
  | 'createCheckpoint'
  | 'listCheckpoints'
  | 'restoreCheckpoint'
  | 'deleteCheckpoint';

/** A drive that is there from the start, as JupyterLab wants it, while its code comes with the first thing it does. */
export class LazyDrive implements Contents.IDrive {
  readonly name: string;
  readonly serverSettings: ServerConnection.ISettings;
  readonly get = this.later('get');
  readonly getDownloadUrl = this.later('getDownloadUrl');
  readonly newUntitled = this.later('newUntitled');
  readonly delete = this.later('delete');
  readonly rename = this.later('rename');
  readonly save = this.later('save');
  readonly copy = this.later('copy');
  readonly createCheckpoint = this.later('createCheckpoint');
  readonly listCheckpoints = this.later('listCheckpoints');
  readonly restoreCheckpoint = this.later('restoreCheckpoint');
  readonly deleteCheckpoint = this.later('deleteCheckpoint');
  private readonly options: FileSetDriveOptions;
  private readonly changes = new Signal<this, Contents.IChangedArgs>(this);
  private loading: Promise<FileSetDrive> | undefined;
  private disposed = false;

  constructor(options: FileSetDriveOptions) {
    this.options = options;
    this.name = options.name;
    this.serverSettings = options.serverSettings;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this.changes;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  private drive(): Promise<FileSetDrive> {
    this.loading ??= import('./drive.ts').then(({ FileSetDrive: Drive }) => {
      const drive = new Drive(this.options);
      drive.fileChanged.connect((_, change) => this.changes.emit(change));
      return drive;
    });
    return this.loading;
  }

  private later<W extends Work>(work: W): FileSetDrive[W] {
    const call = async (...args: unknown[]): Promise<unknown> => {
      const drive = await this.drive();
      return (drive[work] as (...all: unknown[]) => unknown).apply(drive, args);
    };
    return call as unknown as FileSetDrive[W];
  }
}
