import { operations } from '@topsdl/contract';
import type { Request, Response } from 'express';
import { notFound } from '../../access/access.ts';
import type { App } from '../../app.ts';
import { keyset, type Ordering } from '../../db/paging.ts';
import { forwarding } from '../../http/forwarding.ts';
import { ProblemError } from '../../http/problem.ts';
import { sameSecret } from '../../http/secret.ts';
import { Attempts } from './attempts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { presentSession, presentToken } from './present.ts';
import type { Sessions } from './sessions.ts';
import { sessions as sessionTable, type SessionRow, type UserRow } from './table.ts';
import type { Users } from './users.ts';

const newestFirst: Ordering<SessionRow> = {
  name: 'tokens',
  columns: [sessionTable.id],
  direction: 'descending',
  keys: row => [row.id]
};

export function registerRoutes(app: App, users: Users, sessions: Sessions): void {
  const { api } = app;
  const { account } = operations;
  const attempts = new Attempts();

  /** Opens a session for this browser or script. One that it had before ends: nobody may have planted it. */
  const signIn = (user: UserRow, req: Request, res: Response) => {
    const before = app.authenticator.authenticate(req);
    if (before?.by === 'cookie' && before.caller.kind === 'session') {
      sessions.end(before.caller.userId, before.caller.sessionId, 'session');
    }
    const { row, token } = sessions.open(user.id);
    setCookie(app, req, res, token, row.expiresAt);
    return { ...presentSession(app, user, row.expiresAt), token };
  };

  api.implementPublic(account.signIn, async ({ body, req, res }) => {
    const { address } = forwarding(req);
    attempts.refuseBlocked(body.name, address);
    attempts.begin(body.name, address);
    const user = users.findByName(body.name);
    const right = await verifyPassword(user?.passwordHash ?? null, body.password);
    if (!user || !right) {
      throw new ProblemError('sign-in-failed');
    }
    // Meanwhile the password may have been changed, which ends the sessions that there were.
    if (users.findByName(body.name)?.passwordHash !== user.passwordHash) {
      throw new ProblemError('sign-in-failed');
    }
    attempts.succeed(body.name, address);
    return signIn(user, req, res);
  });

  api.implementPublic(account.ownerSession, ({ body, req, res }) => {
    const { address } = forwarding(req);
    attempts.refuseBlocked('', address);
    if (!sameSecret(body.secret, app.files.secret)) {
      attempts.begin('', address);
      throw new ProblemError('sign-in-failed');
    }
    return signIn(users.get(users.ownerId()), req, res);
  });

  api.implement(account.session, ({ caller }) =>
    presentSession(app, users.get(caller.userId), caller.expiresAt)
  );

  api.implement(account.signOut, ({ caller, req, res }) => {
    if (caller.kind === 'session') {
      sessions.end(caller.userId, caller.sessionId, 'session');
      setCookie(app, req, res, '', 0);
    }
  });

  api.implement(account.update, async ({ body, caller, req }) => {
    const user = users.get(caller.userId);
    if (user.builtin) {
      throw new ProblemError('builtin-user');
    }
    let passwordHash: string | undefined;
    if (body.password !== undefined) {
      if (user.passwordHash !== null) {
        const { address } = forwarding(req);
        attempts.refuseBlocked(user.name, address);
        attempts.begin(user.name, address);
        if (!(await verifyPassword(user.passwordHash, body.currentPassword ?? ''))) {
          throw new ProblemError('wrong-password', {}, 'body.currentPassword');
        }
        attempts.succeed(user.name, address);
      }
      passwordHash = await hashPassword(body.password);
    }
    const changed = users.change(user.id, { email: body.email, passwordHash }, user.id);
    return presentSession(app, changed, passwordHash === undefined ? caller.expiresAt : Date.now());
  });

  api.implement(account.listTokens, ({ query, caller }) => {
    const paging = keyset(newestFirst, query);
    const { rows, total } = sessions.tokensOf(caller.userId, paging);
    return paging.page(rows, presentToken, total);
  });

  api.implement(account.createToken, ({ body, caller }) => {
    const { row, token } = sessions.createToken(
      caller.userId,
      body.name,
      body.expiresInDays ?? null
    );
    return { ...presentToken(row), token };
  });

  api.implement(account.deleteToken, ({ params, caller }) => {
    if (!sessions.end(caller.userId, params.tokenId, 'token')) {
      throw notFound('token');
    }
  });
}

function setCookie(
  app: App,
  req: Request,
  res: Response,
  token: string,
  expiresAt: number | null
): void {
  const { prefix, secure } = forwarding(req);
  res.cookie(app.authenticator.cookieName, token, {
    path: `${prefix}/`,
    httpOnly: true,
    sameSite: 'strict',
    secure,
    ...(expiresAt === null ? {} : { expires: new Date(expiresAt) })
  });
}
