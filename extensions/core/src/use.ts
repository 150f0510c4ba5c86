import { Signal, type ISignal } from '@lumino/signaling';
import type { EventKind, Overview, Project } from '@topsdl/contract';
import type { ITopsApi, ITopsEvents, ITopsSession } from '@topsdl/lab';
import { routes } from './routes.ts';

/** Kinds of events after which the use of a project may be another. */
const KINDS: ReadonlySet<EventKind> = new Set([
  'project',
  'usage',
  'training-run',
  'service',
  'package-version',
  'tensorboard'
]);

/** What the current project uses, kept up to date by events. */
export class ProjectUse {
  private readonly api: ITopsApi;
  private readonly session: ITopsSession;
  private readonly onChanged = new Signal<this, void>(this);
  private asking = false;
  private stale = false;
  overview: Overview | null = null;

  constructor(api: ITopsApi, session: ITopsSession, events: ITopsEvents) {
    this.api = api;
    this.session = session;
    session.changed.connect(() => void this.refresh());
    events.reset.connect(() => void this.refresh());
    events.changed.connect((_, event) => {
      if (KINDS.has(event.kind) && (event.projectId ?? this.projectId) === this.projectId) {
        void this.refresh();
      }
    });
    // The session may have been known before anyone listened.
    void this.refresh();
  }

  get changed(): ISignal<this, void> {
    return this.onChanged;
  }

  private get projectId(): string | undefined {
    return this.session.project?.id;
  }

  /** Asks once at a time: what changes meanwhile is asked for together, afterwards. */
  private async refresh(): Promise<void> {
    if (this.asking) {
      this.stale = true;
      return;
    }
    this.asking = true;
    do {
      this.stale = false;
      const project: Project | null = this.session.project;
      try {
        this.overview =
          project && this.session.state === 'signed-in'
            ? await this.api.request(routes.overview, { params: { projectId: project.id } })
            : null;
      } catch {
        // The connection's item says that it is gone; old figures would mislead.
        this.overview = null;
      }
      this.onChanged.emit();
    } while (this.stale);
    this.asking = false;
  }
}
