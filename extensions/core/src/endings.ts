import type { ChangeEvent } from '@topsdl/contract';
import type { IWorkKind, PanelRef, TopsServices, WorkReport } from '@topsdl/lab';

/** Changes of one piece of work that come together are looked at together, in milliseconds. */
const LOOK_AFTER = 2000;

/** What it needs to know of kinds of work and of panels. */
export interface Works {
  workKind(kind: string): IWorkKind | undefined;
  isVisible(panel: PanelRef): boolean;
}

/**
 * Announces that long work has ended to the user who started it, unless they are looking at it. Work
 * that had ended before the page was opened is no news.
 */
export class Endings {
  private readonly services: Pick<
    TopsServices,
    'api' | 'events' | 'registry' | 'session' | 'translation'
  >;
  private readonly works: Works;
  private readonly announce: (report: WorkReport) => void;
  private readonly since = Date.now();
  private readonly ended = new Set<string>();
  /** Work of others, which is not asked for again. */
  private readonly foreign = new Set<string>();
  private readonly waiting = new Set<string>();

  constructor(services: Endings['services'], works: Works, announce: (report: WorkReport) => void) {
    this.services = services;
    this.works = works;
    this.announce = announce;
    services.events.changed.connect((_, event) => this.onChange(event));
    let user = services.session.session?.user.id;
    services.session.changed.connect(({ session }) => {
      if (session?.user.id !== user) {
        user = session?.user.id;
        this.foreign.clear();
      }
    });
  }

  private onChange({ kind, id, type }: ChangeEvent): void {
    const work = this.works.workKind(kind);
    if (!work || type === 'deleted' || this.foreign.has(id) || this.waiting.has(id)) {
      return;
    }
    this.waiting.add(id);
    setTimeout(() => {
      this.waiting.delete(id);
      // What cannot be asked for is gone or out of reach: its next change asks again.
      this.look(work, id).catch(() => undefined);
    }, LOOK_AFTER);
  }

  private async look(work: IWorkKind, id: string): Promise<void> {
    const { api, registry, session, translation } = this.services;
    const [{ default: read }, client] = await Promise.all([work.load(), api.client()]);
    const report = await read({ client, registry, translation }, id);
    if (report.by !== session.session?.user.id) {
      this.foreign.add(id);
    } else if (report.state === 'active') {
      // Anew, perhaps: a run that is resumed ends a second time.
      this.ended.delete(id);
    } else if (!this.ended.has(id)) {
      this.ended.add(id);
      const isNews = report.endedAt !== null && Date.parse(report.endedAt) >= this.since;
      const isSeen = report.panels.some(panel => this.works.isVisible(panel));
      if (isNews && !isSeen && report.state !== 'stopped') {
        this.announce(report);
      }
    }
  }
}
