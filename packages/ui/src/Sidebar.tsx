import type { TranslationBundle } from '@jupyterlab/translation';
import type { Area, ISection, SectionProps } from '@topsdl/lab';
import { lazy, Suspense, useMemo, useSyncExternalStore, type JSX, type ReactNode } from 'react';
import type { Permission } from '@topsdl/contract';
import { Boundary } from './feedback/Boundary.tsx';
import { Button, EmptyState, Loading } from './feedback/states.tsx';
import { HostProvider, useSession, useTops, type Host } from './host.tsx';

/** One of the four sidebars: the sections that the features bring and the user may use. */
export function Sidebar(props: { host: Host; area: Area; label: string }): JSX.Element {
  return (
    <HostProvider host={props.host}>
      <SignedIn>
        <Sections area={props.area} />
      </SignedIn>
    </HostProvider>
  );
}

function Sections({ area }: { area: Area }): JSX.Element {
  const { registry, trans } = useTops();
  const session = useSession();
  const shown = useSyncExternalStore(
    changed => {
      registry.changed.connect(changed);
      return () => registry.changed.disconnect(changed);
    },
    () => registry.sections.map(({ id }) => id).join()
  );
  const sections = useMemo(
    () => registry.sections.filter(section => section.area === area),
    [registry, area, shown]
  );
  if (session.session && !session.project) {
    // Everything in the sections belongs to a project: there is nothing to list and nothing to make.
    return <EmptyState>{noProject(trans)}</EmptyState>;
  }
  return (
    <div className="topsdl-Sections">
      {sections
        .filter(section => session.may(...section.anyOf))
        .map(section => (
          // Another project is another list: nothing of the one before is kept on the screen.
          <LazySection key={`${section.id} ${session.project?.id}`} section={section} />
        ))}
    </div>
  );
}

/** What somebody sees who has not been made a member of a project. */
export function noProject(trans: TranslationBundle): string {
  return trans.__('You are not a member of any project yet. An administrator adds you to one.');
}

function LazySection({ section }: SectionProps): JSX.Element {
  return (
    <Boundary>
      <SectionBody section={section} />
    </Boundary>
  );
}

const bodies = new WeakMap<ISection, React.ComponentType<SectionProps>>();

function SectionBody({ section }: SectionProps): JSX.Element {
  let Body = bodies.get(section);
  if (!Body) {
    Body = lazy(async () => {
      try {
        return await section.load();
      } catch (error) {
        // React keeps what came of it; whoever tries again needs a new one.
        bodies.delete(section);
        throw error;
      }
    });
    bodies.set(section, Body);
  }
  return (
    <Suspense fallback={<Loading label={section.title} />}>
      <Body section={section} />
    </Suspense>
  );
}

export interface PanelFrameProps {
  readonly host: Host;
  readonly anyOf?: readonly Permission[] | undefined;
  readonly children: ReactNode;
}

/** Around each panel of the main area: its services, and what is shown instead of it where it cannot be. */
export function PanelFrame({ host, anyOf, children }: PanelFrameProps): JSX.Element {
  return (
    <HostProvider host={host}>
      <SignedIn anyOf={anyOf}>
        <Boundary>{children}</Boundary>
      </SignedIn>
    </HostProvider>
  );
}

function SignedIn(props: {
  anyOf?: readonly Permission[] | undefined;
  children: ReactNode;
}): JSX.Element {
  const { commands, trans } = useTops();
  const session = useSession();
  // An empty list of permissions is for panels that need no session, such as signing in.
  if (props.anyOf?.length === 0 || (session.session && session.may(...(props.anyOf ?? [])))) {
    return <>{props.children}</>;
  }
  if (session.session) {
    return <EmptyState>{trans.__('You are not allowed to see this.')}</EmptyState>;
  }
  if (session.state === 'unreachable') {
    return (
      <EmptyState
        action={<Button onClick={() => void session.refresh()}>{trans.__('Try Again')}</Button>}
      >
        {trans.__('The TopsDL server does not answer.')} {session.detail}
      </EmptyState>
    );
  }
  if (session.state === 'starting') {
    return <Loading />;
  }
  return (
    <EmptyState
      action={
        <div className="topsdl-State-actions">
          {commands.hasCommand('topsdl:account:sign-in') && (
            <Button primary onClick={() => void commands.execute('topsdl:account:sign-in')}>
              {trans.__('Sign In…')}
            </Button>
          )}
          <Button onClick={() => void commands.execute('topsdl:continue-as-owner')}>
            {trans.__('Continue as the Owner')}
          </Button>
        </div>
      }
    >
      {trans.__('You are signed out of TopsDL.')}
    </EmptyState>
  );
}
