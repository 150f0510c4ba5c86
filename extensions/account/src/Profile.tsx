import { operations } from '@topsdl/contract';
import { Button, Form, notify, useSession, useTops } from '@topsdl/ui';
import { useState, type JSX } from 'react';

/** Changes the password or the e-mail address. */
export function Profile(): JSX.Element {
  const { client, trans } = useTops();
  const session = useSession();
  const [form, setForm] = useState<'password' | 'email' | null>(null);
  const close = () => setForm(null);
  if (form === null) {
    return (
      <div className="topsdl-Account-actions">
        {!session.session?.owner && (
          <Button onClick={() => setForm('password')}>{trans.__('Change Password…')}</Button>
        )}
        <Button onClick={() => setForm('email')}>{trans.__('Change E-Mail Address…')}</Button>
      </div>
    );
  }
  const password = form === 'password';
  return (
    <div className="topsdl-Account-form">
      <Form
        key={form}
        operation={operations.account.update}
        title={password ? trans.__('Change Password') : trans.__('Change E-Mail Address')}
        hints={
          password
            ? {
                currentPassword: { label: trans.__('Current password'), widget: 'password' },
                password: {
                  label: trans.__('New password'),
                  widget: 'password',
                  help: trans.__(
                    '6–16 characters. You are signed out everywhere else, and your tokens end.'
                  )
                }
              }
            : { email: { label: trans.__('E-mail'), wide: true } }
        }
        edits={password ? undefined : { email: session.session?.user.email ?? null }}
        submits={[{ id: 'save', label: trans.__('Save') }]}
        submit={body => client.call(operations.account.update, { body })}
        onDone={() => {
          notify(password ? trans.__('The password is changed.') : trans.__('Saved.'));
          close();
          void session.refresh();
        }}
        onCancel={close}
      />
    </div>
  );
}
