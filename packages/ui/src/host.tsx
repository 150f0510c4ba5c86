import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '@topsdl/client';
import type { Permission } from '@topsdl/contract';
import type { TopsServices } from '@topsdl/lab';
import { createContext, useContext, useSyncExternalStore, type JSX, type ReactNode } from 'react';
import { Store } from './store/store.ts';
import { PageWorks } from './work/pageWork.ts';

/** What every component of the kit can reach: the suite's services, the typed client, the store. */
export interface Host extends TopsServices {
  readonly client: Client;
  readonly store: Store;
  /** What this page does itself and the server does not know of. */
  readonly works: PageWorks;
  /** Short for `translation.trans`. */
  readonly trans: TranslationBundle;
}

const Context = createContext<Host | null>(null);
const hosts = new WeakMap<Client, Host>();

/** The host of a client; the same one each time, so that all panels share one store. */
export function hostOf(services: TopsServices, client: Client): Host {
  let host = hosts.get(client);
  if (!host) {
    host = {
      ...services,
      client,
      trans: services.translation.trans,
      store: new Store(client, services.events),
      works: new PageWorks()
    };
    // Another user sees other things: nothing of the one before may be shown to them.
    const { session } = services;
    const { store } = host;
    let user = session.session?.user.id;
    session.changed.connect(() => {
      if (session.session?.user.id !== user) {
        user = session.session?.user.id;
        store.clear(user !== undefined);
      }
    });
    hosts.set(client, host);
  }
  return host;
}

export function HostProvider(props: { host: Host; children: ReactNode }): JSX.Element {
  return <Context.Provider value={props.host}>{props.children}</Context.Provider>;
}

/** The host of the component that asks. */
export function useTops(): Host {
  const host = useContext(Context);
  if (!host) {
    throw new Error('This component is outside of a TopsDL panel');
  }
  return host;
}

/** The bundle; call what this returns `trans`, or the strings are not extracted. */
export function useTrans(): TranslationBundle {
  return useTops().trans;
}

/** Draws again when the session, the project or the permissions change. */
export function useSession() {
  const { session } = useTops();
  useSyncExternalStore(
    changed => {
      session.changed.connect(changed);
      return () => session.changed.disconnect(changed);
    },
    () =>
      `${session.state} ${session.session?.user.id} ${session.project?.id} ${session.session?.permissions.join()} ${session.project?.name}`
  );
  return session;
}

/** Id of the current project; the empty text where there is none. */
export function useProjectId(): string {
  return useSession().project?.id ?? '';
}

/** Whether the user holds one of the permissions. */
export function useMay(...anyOf: readonly Permission[]): boolean {
  return useSession().may(...anyOf);
}
