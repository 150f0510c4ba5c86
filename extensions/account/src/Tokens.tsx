import { addIcon, deleteIcon } from '@jupyterlab/ui-components';
import { operations, type AccessToken } from '@topsdl/contract';
import {
  Button,
  confirm,
  CopyId,
  EmptyState,
  ErrorState,
  Form,
  Loading,
  Notice,
  SideSheet,
  Table,
  TimeAgo,
  useList,
  useRun,
  useTops,
  formatExact,
  type Column
} from '@topsdl/ui';
import { useState, type JSX } from 'react';

/** Personal access tokens: made, shown once, revoked. */
export function Tokens(): JSX.Element {
  const host = useTops();
  const { client, store, trans, translation } = host;
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const { run } = useRun();
  const list = useList(operations.account.listTokens, { query: {} }, { watch: [] });
  const revoke = async (token: AccessToken) => {
    const sure = await confirm(host, {
      title: trans.__('Revoke %1?', token.name),
      text: trans.__('Whatever uses this token can no longer sign in. This cannot be undone.'),
      accept: trans.__('Revoke'),
      danger: true
    });
    if (sure) {
      await run(
        () => client.call(operations.account.deleteToken, { params: { tokenId: token.id } }),
        { optimistic: () => store.hide(token.id) }
      );
    }
  };
  const columns: readonly Column<AccessToken>[] = [
    { id: 'name', label: trans.__('Name'), cell: ({ name }) => name },
    {
      id: 'made',
      label: trans.__('Made'),
      cell: ({ createdAt }) => <TimeAgo time={createdAt} />
    },
    {
      id: 'expires',
      label: trans.__('Expires'),
      cell: ({ expiresAt }) => (expiresAt ? formatExact(expiresAt, translation) : trans.__('never'))
    },
    {
      id: 'used',
      label: trans.__('Last used'),
      cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo time={lastUsedAt} /> : trans.__('never'))
    },
    {
      id: 'actions',
      label: '',
      width: '40px',
      align: 'end',
      cell: token => (
        <Button
          minimal
          icon={deleteIcon}
          label={trans.__('Revoke %1', token.name)}
          onClick={() => void revoke(token)}
        />
      )
    }
  ];
  return (
    <>
      <div className="topsdl-Account-actions">
        <Button icon={addIcon} onClick={() => setAdding(true)}>
          {trans.__('New Token')}
        </Button>
      </div>
      {secret !== null && (
        <Notice
          tone="good"
          action={
            <Button minimal onClick={() => setSecret(null)}>
              {trans.__('Done')}
            </Button>
          }
        >
          {trans.__('Copy the token now: it is not shown again.')} <CopyId text={secret} />
        </Notice>
      )}
      {list.error !== undefined && <ErrorState error={list.error} retry={list.reload} />}
      {list.items.length > 0 ? (
        <Table
          label={trans.__('Access tokens')}
          columns={columns}
          items={list.items}
          id={token => token.id}
          actions={token => [
            {
              id: 'revoke',
              label: trans.__('Revoke…'),
              danger: true,
              key: 'Delete',
              run: () => revoke(token)
            }
          ]}
          onEnd={list.more}
        />
      ) : list.loading ? (
        <Loading />
      ) : (
        list.error === undefined && (
          <EmptyState>
            {trans.__(
              'Tokens let scripts and notebooks act as you. Give each its own, and revoke it when it is no longer needed.'
            )}
          </EmptyState>
        )
      )}
      {adding && (
        <SideSheet title={trans.__('New Token')} header={false} onClose={() => setAdding(false)}>
          <Form
            operation={operations.account.createToken}
            title={trans.__('New Token')}
            hints={{
              name: { label: trans.__('Name'), help: trans.__('What it is for.') },
              expiresInDays: {
                label: trans.__('Valid for'),
                unit: trans.__('days; empty for ever'),
                initial: 90
              }
            }}
            submits={[{ id: 'make', label: trans.__('Make') }]}
            submit={body =>
              client.call(operations.account.createToken, {
                body: {
                  name: String(body['name']),
                  expiresInDays: (body['expiresInDays'] as number | null | undefined) ?? null
                }
              })
            }
            onDone={made => {
              setSecret(made.token);
              setAdding(false);
              list.reload();
            }}
            onCancel={() => setAdding(false)}
          />
        </SideSheet>
      )}
    </>
  );
}
