import { z } from 'zod';
import { access, operation, Permission } from './operation.ts';
import { page, PageQuery } from './page.ts';
import { Email, Id, Name, Password, text, Time } from './rules.ts';

/** The signed-in user and what they may do. */
export const Session = z
  .object({
    user: z.object({ id: Id, name: Name, email: Email.nullable() }),
    permissions: z.array(Permission),
    /** The built-in administrator, whose password is set where the server is started. */
    builtin: z.boolean(),
    /** The account of whoever owns the data directory. */
    owner: z.boolean(),
    instance: z.string(),
    expiresAt: Time
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/** A session in a body, for clients that keep no cookies. */
export const SessionToken = Session.extend({ token: z.string() }).meta({ id: 'SessionToken' });

export const AccessToken = z
  .object({
    id: Id,
    name: Name,
    createdAt: Time,
    expiresAt: Time.nullable(),
    lastUsedAt: Time.nullable()
  })
  .meta({ id: 'AccessToken' });
export type AccessToken = z.infer<typeof AccessToken>;

export const account = {
  signIn: operation({
    id: 'account.signIn',
    method: 'POST',
    path: '/account/sessions',
    summary: 'Sign in with name and password; sets the session cookie and returns a bearer token.',
    access: access.public,
    body: z.object({ name: Name, password: text(1, 100) }).strict(),
    response: SessionToken,
    status: 201
  }),
  ownerSession: operation({
    id: 'account.ownerSession',
    method: 'POST',
    path: '/account/owner-session',
    summary: "Exchange the data directory's secret for a session of its owner.",
    access: access.public,
    body: z.object({ secret: text(1, 200) }).strict(),
    response: SessionToken,
    status: 201
  }),
  session: operation({
    id: 'account.session',
    method: 'GET',
    path: '/account/session',
    summary: 'Who is signed in.',
    access: access.signedIn,
    response: Session
  }),
  signOut: operation({
    id: 'account.signOut',
    method: 'DELETE',
    path: '/account/session',
    summary: 'End this session. A personal access token stays: it is revoked by its id.',
    access: access.signedIn
  }),
  update: operation({
    id: 'account.update',
    method: 'PATCH',
    path: '/account',
    summary:
      'Change password or e-mail address. A changed password ends all sessions and tokens of the user.',
    access: access.signedIn,
    body: z
      .object({
        currentPassword: text(1, 100).optional(),
        password: Password.optional(),
        email: Email.nullable().optional()
      })
      .strict(),
    response: Session
  }),
  listTokens: operation({
    id: 'account.listTokens',
    method: 'GET',
    path: '/account/tokens',
    summary: 'Personal access tokens of the caller.',
    access: access.signedIn,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(AccessToken)
  }),
  createToken: operation({
    id: 'account.createToken',
    method: 'POST',
    path: '/account/tokens',
    summary: 'Make a personal access token; its secret is shown this once.',
    access: access.signedIn,
    body: z
      .object({
        name: Name,
        expiresInDays: z.number().int().min(1).max(3650).nullable().optional()
      })
      .strict(),
    response: AccessToken.extend({ token: z.string() }),
    status: 201
  }),
  deleteToken: operation({
    id: 'account.deleteToken',
    method: 'DELETE',
    path: '/account/tokens/{tokenId}',
    summary: 'Revoke a personal access token.',
    access: access.signedIn,
    params: z.object({ tokenId: Id })
  })
};
