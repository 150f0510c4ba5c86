import { existsSync, readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import { Name, Permission, type Permission as PermissionType } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { writeAtomic } from '../../files/atomic.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Users } from './users.ts';

/** Letters and digits that are not taken for each other. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ23456789';
const PASSWORD_LENGTH = 14;

/**
 * Makes the built-in administrator and the owner's account where they are missing, and sets the
 * administrator's password to the configured one.
 */
export async function ensureAccounts(app: App, users: Users): Promise<void> {
  await ensureAdmin(app, users);
  if (!users.findSpecial('owner')) {
    users.insert(
      {
        name: freeName(users, app.config.owner.name ?? systemUser()),
        permissions: Permission.options.filter(permission => permission !== 'admin'),
        passwordHash: null,
        owner: true
      },
      null
    );
  }
}

async function ensureAdmin(app: App, users: Users): Promise<void> {
  const configured = app.config.admin.password;
  const existing = users.findSpecial('builtin');
  if (existing) {
    if (configured !== undefined && !(await verifyPassword(existing.passwordHash, configured))) {
      users.change(existing.id, { passwordHash: await hashPassword(configured) }, null);
      app.log.info("the administrator's password was set as configured");
    }
    return;
  }
  const password = configured ?? (await generatedPassword(app.files.file('admin-password')));
  users.insert(
    {
      name: app.config.admin.name,
      permissions: ['admin', 'platform', 'data'] satisfies PermissionType[],
      passwordHash: await hashPassword(password),
      builtin: true
    },
    null
  );
}

/** The password in the file, made where there is none; the file stays for whoever administers the machine. */
async function generatedPassword(path: string): Promise<string> {
  if (!existsSync(path)) {
    const letters = Array.from(
      { length: PASSWORD_LENGTH },
      () => ALPHABET[randomInt(ALPHABET.length)]
    );
    await writeAtomic(path, `${letters.join('')}\n`, { mode: 0o600 });
  }
  return readFileSync(path, 'utf8').trim();
}

function systemUser(): string {
  try {
    return Name.safeParse(userInfo().username).data ?? 'owner';
  } catch {
    // A uid without an entry in passwd, as containers have.
    return 'owner';
  }
}

function freeName(users: Users, wanted: string): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted} ${i}`;
    if (!users.findByName(name)) {
      return name;
    }
  }
}
