import { operations, type InputOf, type Permission, type User } from '@topsdl/contract';
import {
  Form,
  formatList,
  Segments,
  TimeAgo,
  useList,
  useTops,
  type Column,
  type Option
} from '@topsdl/ui';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState, type JSX } from 'react';
import { Managed } from './Managed.tsx';

type Body = InputOf<typeof operations.admin.createUser>['body'];

function permissionOptions(trans: TranslationBundle): readonly (Option & { value: Permission })[] {
  return [
    { value: 'platform', label: trans.__('Platform'), note: trans.__('develops, trains, serves') },
    { value: 'data', label: trans.__('Data'), note: trans.__('manages datasets') },
    { value: 'label', label: trans.__('Labeling'), note: trans.__('labels') },
    { value: 'review', label: trans.__('Review'), note: trans.__('checks labels') },
    { value: 'admin', label: trans.__('Administration'), note: trans.__('everything') }
  ];
}

/** Who may sign in, and what they may do. */
export function Users(): JSX.Element {
  const { client, trans, translation } = useTops();
  const [permission, setPermission] = useState<Permission | 'all'>('all');
  const options = permissionOptions(trans);
  const columns: readonly Column<User>[] = [
    {
      id: 'name',
      label: trans.__('Name'),
      width: 'minmax(100px, 2fr)',
      cell: user => (
        <>
          {user.name}{' '}
          {user.builtin && <span className="topsdl-mod-muted">{trans.__('built in')}</span>}
          {user.owner && <span className="topsdl-mod-muted">{trans.__('owner')}</span>}
        </>
      )
    },
    {
      id: 'email',
      label: trans.__('E-mail'),
      width: 'minmax(100px, 2fr)',
      cell: ({ email }) => email ?? ''
    },
    {
      id: 'permissions',
      label: trans.__('Permissions'),
      width: 'minmax(140px, 3fr)',
      cell: user =>
        formatList(
          options.filter(({ value }) => user.permissions.includes(value)).map(({ label }) => label),
          translation.locale
        )
    },
    {
      id: 'seen',
      label: trans.__('Last seen'),
      width: '120px',
      align: 'end',
      cell: ({ lastSeenAt }) => (lastSeenAt ? <TimeAgo time={lastSeenAt} /> : trans.__('never'))
    }
  ];
  return (
    <>
      <div className="topsdl-Managed-filter">
        <Segments
          label={trans.__('Which are shown')}
          value={permission}
          onChange={setPermission}
          options={[{ value: 'all', label: trans.__('All') }, ...options]}
        />
      </div>
      <Managed<User>
        label={trans.__('Users')}
        add={trans.__('Add User')}
        purpose={trans.__(
          'Users sign in by name and password, and work in the projects they are members of.'
        )}
        columns={columns}
        useRows={search =>
          useList(
            operations.admin.listUsers,
            { query: { search, permission: permission === 'all' ? undefined : permission } },
            {
              watch: [{ kinds: ['user'] }],
              item: userId => client.call(operations.admin.getUser, { params: { userId } })
            }
          )
        }
        fixed={user => user.builtin}
        remove={({ id }) => client.call(operations.admin.deleteUser, { params: { userId: id } })}
        removal={user =>
          trans.__('%1 is signed out at once. What they made stays with its project.', user.name)
        }
        form={(user, close) => (
          <Form<unknown>
            operation={user ? operations.admin.updateUser : operations.admin.createUser}
            title={user ? trans.__('Edit %1', user.name) : trans.__('New User')}
            memory="user"
            edits={
              user
                ? { name: user.name, email: user.email, permissions: user.permissions }
                : undefined
            }
            initial={{ permissions: ['platform', 'data'] }}
            hints={{
              name: { label: trans.__('Name') },
              password: {
                label: user ? trans.__('New password') : trans.__('Password'),
                widget: 'password',
                help: user
                  ? trans.__('6–16 characters; empty leaves the one there is.')
                  : trans.__('6–16 characters.')
              },
              email: { label: trans.__('E-mail'), wide: true },
              permissions: {
                label: trans.__('Permissions'),
                widget: 'choices',
                options,
                wide: true
              }
            }}
            submits={[{ id: 'save', label: user ? trans.__('Save') : trans.__('Add') }]}
            submit={body =>
              user
                ? client.call(operations.admin.updateUser, { params: { userId: user.id }, body })
                : client.call(operations.admin.createUser, { body: body as Body })
            }
            onDone={close}
            onCancel={close}
            params={user ? { userId: user.id } : {}}
          />
        )}
      />
    </>
  );
}
