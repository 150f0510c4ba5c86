import type { Permission } from '@topsdl/contract';

/** Who makes a request, by which session or token. */
export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly builtin: boolean;
  readonly owner: boolean;
  /** The row of the session or of the personal access token. */
  readonly sessionId: string;
  readonly kind: 'session' | 'token';
  /** Milliseconds since the epoch; null for a token without an end. */
  readonly expiresAt: number | null;
}
