import { Signal, type ISignal } from '@lumino/signaling';
import type { ChangeEvent, Permission, Project, Session } from '@topsdl/contract';
import {
  RequestError,
  type ITopsApi,
  type ITopsEvents,
  type ITopsSession,
  type SessionState
} from '@topsdl/lab';
import { pauseAfter } from './pause.ts';
import { routes } from './routes.ts';

/** Where choices are kept between visits; the browser's local storage. */
export type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Runs something later. */
type Later = (run: () => void, milliseconds: number) => void;

/** Who is signed in. The owner of the data directory is signed in unless somebody signed out. */
export class TopsSession implements ITopsSession {
  private readonly api: ITopsApi;
  private readonly events: ITopsEvents;
  private readonly memory: Memory;
  private readonly later: Later;
  private readonly onChanged = new Signal<this, void>(this);
  private readonly key: string;
  private running: Promise<void> | null = null;
  /** While one user goes and another comes. */
  private switching = false;
  private failures = 0;
  state: SessionState = 'starting';
  detail: string | null = null;
  session: Session | null = null;
  projects: readonly Project[] = [];
  project: Project | null = null;
  readonly ready: Promise<void>;

  /** @param later `setTimeout` outside of tests */
  constructor(
    api: ITopsApi,
    events: ITopsEvents,
    memory: Memory,
    later: Later = (run, milliseconds) => setTimeout(run, milliseconds)
  ) {
    this.api = api;
    this.events = events;
    this.memory = memory;
    this.later = later;
    this.key = `topsdl:${new URL(api.baseUrl).pathname}:`;
    events.changed.connect((_, event) => this.onEvent(event));
    events.reset.connect(() => void this.refresh());
    events.statusChanged.connect((_, status) => {
      // A connection is also lost when the session ended; and it comes back after a restart.
      if (status === 'lost' || (status === 'open' && this.state !== 'signed-in')) {
        void this.refresh();
      }
    });
    this.ready = this.refresh();
  }

  get changed(): ISignal<this, void> {
    return this.onChanged;
  }

  may(...anyOf: readonly Permission[]): boolean {
    const held = this.session?.permissions;
    return !!held && (anyOf.length === 0 || anyOf.some(permission => held.includes(permission)));
  }

  choose(projectId: string): void {
    const project = this.projects.find(candidate => candidate.id === projectId);
    if (project && project.id !== this.project?.id) {
      this.project = project;
      this.memory.setItem(`${this.key}project`, project.id);
      this.onChanged.emit();
    }
  }

  refresh(): Promise<void> {
    if (this.switching) {
      return Promise.resolve();
    }
    this.running ??= this.load().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  become(begin: () => Promise<unknown>): Promise<void> {
    return this.switchUser(begin, true);
  }

  signOut(): Promise<void> {
    return this.switchUser(
      () =>
        this.api.request(routes.signOut, {}).catch((error: unknown) => {
          // A session that has ended by itself is what was asked for.
          if (!(error instanceof RequestError && error.status === 401)) {
            throw error;
          }
        }),
      false
    );
  }

  continueAsOwner(): Promise<void> {
    return this.switchUser(() => this.api.continueAsOwner(), true);
  }

  /** Nothing of the user before stays, and nothing that the end of their session sets off gets in between. */
  private async switchUser(act: () => Promise<unknown>, signedIn: boolean): Promise<void> {
    await this.running;
    this.switching = true;
    try {
      await act();
      if (signedIn) {
        this.memory.setItem(`${this.key}known`, 'true');
        this.memory.removeItem(`${this.key}signed-out`);
      } else {
        this.memory.setItem(`${this.key}signed-out`, 'true');
      }
    } finally {
      this.switching = false;
    }
    this.events.close();
    await this.refresh();
  }

  private async load(): Promise<void> {
    try {
      this.session = await this.askWho();
      this.projects = this.session ? await this.allProjects() : [];
      const wanted = this.project?.id ?? this.memory.getItem(`${this.key}project`);
      this.project =
        this.projects.find(project => project.id === wanted) ?? this.projects[0] ?? null;
      this.state = this.session ? 'signed-in' : 'signed-out';
      this.detail = null;
      this.failures = 0;
    } catch (error) {
      // What was known is kept: the panels go on showing it until the connection is back.
      this.state = 'unreachable';
      this.detail = error instanceof Error ? error.message : String(error);
      this.failures += 1;
      if (this.events.status === 'open') {
        // A connection that comes or goes says when to ask again; one that is there says nothing.
        this.later(() => void this.refresh(), pauseAfter(this.failures));
      }
    }
    if (this.state === 'signed-out') {
      this.events.close();
    } else if (this.events.status === 'idle') {
      // Otherwise it is connected, or tries again by itself at its own pace.
      this.events.open();
    }
    this.onChanged.emit();
  }

  private async askWho(): Promise<Session | null> {
    const ask = async () => {
      const session = await this.api.request(routes.session, {});
      this.memory.setItem(`${this.key}known`, 'true');
      return session;
    };
    // A browser that was never signed in has no session to ask about.
    if (this.memory.getItem(`${this.key}known`) !== null) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof RequestError && error.status === 401)) {
          throw error;
        }
      }
    }
    if (this.memory.getItem(`${this.key}signed-out`) !== null) {
      return null;
    }
    try {
      await this.api.continueAsOwner();
      return await ask();
    } catch (error) {
      // A companion elsewhere has no owner here: people sign in by name.
      if (error instanceof RequestError && [401, 403, 404].includes(error.status)) {
        return null;
      }
      throw error;
    }
  }

  private async allProjects(): Promise<Project[]> {
    const projects: Project[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.api.request(routes.projects, { query: { limit: 200, cursor } });
      projects.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return projects.sort((a, b) => a.name.localeCompare(b.name));
  }

  private onEvent(event: ChangeEvent): void {
    const mine = event.kind === 'user' && event.id === this.session?.user.id;
    if (event.kind === 'project' || mine) {
      void this.refresh();
    }
  }
}
