import { ReactWidget } from '@jupyterlab/apputils';
import type { ResourceUse } from '@topsdl/contract';
import { formatNumber, isBytes, projectIcon, resourceWord, scaleBytes } from '@topsdl/lab';
import type { JSX } from 'react';
import type { TopsServices as Services } from '@topsdl/lab';
import type { ProjectUse } from './use.ts';

export interface StatusActions {
  /** Shows the projects to choose from above the item. */
  chooseProject(anchor: HTMLElement): void;
  openOverview(): void;
  /** Signs in or tries the connection again, as the state asks for. */
  reconnect(): void;
}

/** The project, its quota in use, running work and the connection. */
export class StatusItem extends ReactWidget {
  private readonly services: Services;
  private readonly use: ProjectUse;
  private readonly actions: StatusActions;
  private shown: readonly string[] = [];

  constructor(services: Services, use: ProjectUse, actions: StatusActions) {
    super();
    this.services = services;
    this.use = use;
    this.actions = actions;
    this.addClass('topsdl-Status');
    const update = () => this.update();
    services.session.changed.connect(update);
    services.events.statusChanged.connect(update);
    use.changed.connect(update);
  }

  /** Sets which resources are shown, in order. */
  choose(resources: readonly string[]): void {
    this.shown = resources;
    this.update();
  }

  protected override render(): JSX.Element {
    const { session, translation } = this.services;
    const { trans } = translation;
    const overview = this.use.overview;
    return (
      <>
        {session.state === 'signed-in' && (
          <button
            type="button"
            className="topsdl-Status-item"
            aria-haspopup="menu"
            title={trans.__('Project: click to work in another')}
            onClick={event => this.actions.chooseProject(event.currentTarget)}
          >
            <projectIcon.react tag="span" width="14px" elementPosition="center" />
            {session.project?.name ?? trans.__('No project')}
          </button>
        )}
        {overview && this.quotas(overview.resources)}
        {overview && (
          <button
            type="button"
            className="topsdl-Status-item"
            title={trans.__('Running and waiting work: open the overview')}
            onClick={() => this.actions.openOverview()}
          >
            <span
              className={`topsdl-Status-dot ${overview.running.length ? 'topsdl-mod-busy' : ''}`}
            />
            {trans.__('%1 running', overview.running.length)}
            {overview.waiting.length > 0 && (
              <>
                <span className="topsdl-Status-dot topsdl-mod-wait" />
                {trans.__('%1 waiting', overview.waiting.length)}
              </>
            )}
          </button>
        )}
        {this.connection()}
      </>
    );
  }

  private quotas(resources: readonly ResourceUse[]): JSX.Element | null {
    const { trans, locale } = this.services.translation;
    const limited = this.shown.flatMap(word =>
      resources.filter(use => resourceWord(use.resource) === word && use.limit !== null)
    );
    if (limited.length === 0) {
      return null;
    }
    return (
      <button
        type="button"
        className="topsdl-Status-item"
        title={trans.__('Quota in use: open the overview')}
        onClick={() => this.actions.openOverview()}
      >
        {limited.map(({ resource, used, limit }) => (
          <Use
            key={resource}
            word={
              { cpu: 'CPU', memory: trans.__('Memory'), storage: trans.__('Storage') }[resource]
            }
            {...{ resource, used, limit: limit ?? 0, locale }}
          />
        ))}
      </button>
    );
  }

  private connection(): JSX.Element {
    const { session, events, translation } = this.services;
    const { trans } = translation;
    const [mood, text] =
      session.state === 'signed-out'
        ? ['', trans.__('Signed out')]
        : session.state === 'unreachable' || events.status === 'lost'
          ? ['topsdl-mod-bad', trans.__('Not connected')]
          : events.status === 'open'
            ? ['topsdl-mod-good', trans.__('Connected')]
            : ['topsdl-mod-wait', trans.__('Connecting…')];
    return (
      <button
        type="button"
        className="topsdl-Status-item"
        title={session.detail ?? session.session?.user.name ?? trans.__('Click to sign in')}
        onClick={() => this.actions.reconnect()}
      >
        <span className={`topsdl-Status-dot ${mood}`} />
        <span role="status">{text}</span>
      </button>
    );
  }
}

interface UseProps {
  readonly resource: string;
  readonly word: string | undefined;
  readonly used: number;
  readonly limit: number;
  readonly locale: string;
}

function Use({ resource, word, used, limit, locale }: UseProps): JSX.Element {
  const share = limit > 0 ? Math.min(1, used / limit) : 1;
  const text = isBytes(resource)
    ? `${formatNumber(scaleBytes(used, limit).value, locale)}/${formatNumber(scaleBytes(limit).value, locale)} ${scaleBytes(limit).unit}`
    : `${formatNumber(used, locale)}/${formatNumber(limit, locale)}`;
  return (
    <>
      {word ?? resourceWord(resource).toUpperCase()} {text}
      <span
        className={`topsdl-Status-bar ${share >= 1 ? 'topsdl-mod-full' : ''}`}
        aria-hidden="true"
      >
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </>
  );
}
