import { accountIcon } from '@topsdl/lab';
import { DetailHeader, Facts, formatList, Notice, Tabs, useSession, useTops } from '@topsdl/ui';
import type { JSX } from 'react';
import '../style/index.css';
import { permissionNames } from './permissions.ts';
import { Profile } from './Profile.tsx';
import { Tokens } from './Tokens.tsx';

/** One's own account: who one is, password and e-mail address, personal access tokens. */
export default function Account(): JSX.Element {
  const { trans, translation } = useTops();
  const { session } = useSession();
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader icon={accountIcon} title={session?.user.name ?? ''} />
      <Tabs
        memory="account"
        label={trans.__('Account')}
        tabs={[
          {
            id: 'profile',
            label: trans.__('Profile'),
            render: () => (
              <>
                {session?.owner && (
                  <Notice tone="busy">
                    {trans.__(
                      'This is the account of whoever owns the data directory. Notebooks act as this user unless they are given a token.'
                    )}
                  </Notice>
                )}
                <Facts
                  items={[
                    [trans.__('Name'), session?.user.name],
                    [trans.__('E-mail'), session?.user.email ?? trans.__('none')],
                    [
                      trans.__('Permissions'),
                      formatList(
                        permissionNames(session?.permissions ?? [], trans),
                        translation.locale
                      )
                    ]
                  ]}
                />
                {session?.builtin ? (
                  <Notice tone="idle">
                    {trans.__(
                      'The password of the built-in administrator is set where the server is started.'
                    )}
                  </Notice>
                ) : (
                  <Profile />
                )}
              </>
            )
          },
          { id: 'tokens', label: trans.__('Access tokens'), render: () => <Tokens /> }
        ]}
      />
    </div>
  );
}
