import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Permission, Project, Session } from '@topsdl/contract';

/**
 * - `starting`: not known yet
 * - `signed-in`, `signed-out`
 * - `unreachable`: the companion does not answer; `detail` says why
 */
export type SessionState = 'starting' | 'signed-in' | 'signed-out' | 'unreachable';

/** Who is signed in, what they may do, and the project they work in. */
export interface ITopsSession {
  readonly state: SessionState;
  readonly detail: string | null;
  readonly session: Session | null;
  /** The projects one may choose, by name. */
  readonly projects: readonly Project[];
  /** Null where the user is a member of none. */
  readonly project: Project | null;
  /** Any of the above changed. */
  readonly changed: ISignal<ITopsSession, void>;
  /** Resolved when the state is known for the first time. */
  readonly ready: Promise<void>;
  /** Whether the user holds one of the permissions; with none given, whether one is signed in. */
  may(...anyOf: readonly Permission[]): boolean;
  /** Works in another project from now on; it is remembered. */
  choose(projectId: string): void;
  /** Asks anew who is signed in and which projects there are. */
  refresh(): Promise<void>;
  /**
   * Runs what begins another session, the client's `account.signIn`, and takes the new user over. The
   * session that ends meanwhile is not asked about, nor is the owner signed in for it.
   */
  become(begin: () => Promise<unknown>): Promise<void>;
  signOut(): Promise<void>;
  /** Signs in as the owner of the data directory, which is who runs this JupyterLab. */
  continueAsOwner(): Promise<void>;
}

export const ITopsSession = new Token<ITopsSession>(
  '@topsdl/lab:ITopsSession',
  'The signed-in user of TopsDL, their permissions and the current project.'
);
