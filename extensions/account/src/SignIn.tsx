import { operations } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Button, Form, notify, useRun, useSession, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

/** Signing in by name and password, or as the owner of the data directory. */
export default function SignIn({ panel }: PanelProps): JSX.Element {
  const { client, trans } = useTops();
  const session = useSession();
  const { run, running } = useRun();
  const user = session.session?.user.name;
  return (
    <Form
      operation={operations.account.signIn}
      title={trans.__('Sign In to TopsDL')}
      note={user !== undefined && trans.__('Signed in as %1', user)}
      hints={{
        name: { label: trans.__('User name'), wide: true },
        password: { label: trans.__('Password'), widget: 'password', wide: true }
      }}
      submits={[{ id: 'sign-in', label: trans.__('Sign In') }]}
      submit={body =>
        // By the client: its errors carry the field and the code.
        session.become(() =>
          client.call(operations.account.signIn, {
            body: { name: String(body['name']), password: String(body['password']) }
          })
        )
      }
      onDone={() => {
        notify(trans.__('Signed in as %1.', session.session?.user.name ?? ''));
        panel.close();
      }}
      panel={panel}
    >
      {!session.session?.owner && (
        <div className="topsdl-Field topsdl-mod-wide">
          <p className="topsdl-mod-muted">
            {trans.__(
              'Whoever runs this JupyterLab owns the data directory, and needs no password for it.'
            )}
          </p>
          <div>
            <Button
              disabled={running}
              onClick={() =>
                void run(async () => {
                  await session.continueAsOwner();
                  panel.close();
                })
              }
            >
              {trans.__('Continue as the Owner')}
            </Button>
          </div>
        </div>
      )}
    </Form>
  );
}
