import type { Client } from '@topsdl/client';
import { operations, type InputOf, type Project } from '@topsdl/contract';
import {
  ErrorState,
  Form,
  formatList,
  Loading,
  resourceName,
  TimeAgo,
  useList,
  useTops,
  type Column,
  type Option
} from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';
import { Managed } from './Managed.tsx';

type Body = InputOf<typeof operations.projects.create>['body'];

/** Projects with their quotas and members. */
export function Projects(): JSX.Element {
  const { client, trans, translation } = useTops();
  const columns: readonly Column<Project>[] = [
    { id: 'name', label: trans.__('Name'), width: 'minmax(100px, 2fr)', cell: ({ name }) => name },
    {
      id: 'members',
      label: trans.__('Members'),
      width: '80px',
      align: 'end',
      cell: ({ memberCount }) => memberCount
    },
    {
      id: 'quotas',
      label: trans.__('Quotas'),
      width: 'minmax(160px, 4fr)',
      cell: ({ quotas }) =>
        quotas.length > 0 ? (
          formatList(
            quotas.map(({ resource, limit }) => `${resourceName(resource, trans)} ${limit}`),
            translation.locale
          )
        ) : (
          <span className="topsdl-mod-muted">{trans.__('none')}</span>
        )
    },
    {
      id: 'added',
      label: trans.__('Added'),
      width: '120px',
      align: 'end',
      cell: ({ createdAt }) => <TimeAgo time={createdAt} />
    }
  ];
  return (
    <Managed<Project>
      label={trans.__('Projects')}
      add={trans.__('Add Project')}
      purpose={trans.__(
        'A project holds datasets, algorithms, models and services, and has quotas and members.'
      )}
      columns={columns}
      useRows={search =>
        useList(
          operations.projects.list,
          { query: { search } },
          {
            watch: [{ kinds: ['project'] }],
            item: projectId => client.call(operations.projects.get, { params: { projectId } })
          }
        )
      }
      remove={({ id }) => client.call(operations.projects.delete, { params: { projectId: id } })}
      removal={() => trans.__('Only a project that holds nothing can be deleted.')}
      form={(project, close) => <ProjectForm project={project} close={close} />}
    />
  );
}

function ProjectForm(props: { project: Project | null; close: () => void }): JSX.Element {
  const { project, close } = props;
  const { client, trans } = useTops();
  const [members, setMembers] = useState<readonly Option[] | null>(project ? null : []);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    if (!project) {
      return undefined;
    }
    let current = true;
    membersOf(client, project.id).then(
      found => current && setMembers(found),
      (failure: unknown) => current && setError(failure)
    );
    return () => {
      current = false;
    };
  }, [client, project?.id]);

  if (error !== undefined) {
    return <ErrorState error={error} />;
  }
  if (!members) {
    return <Loading />;
  }
  return (
    <Form<unknown>
      operation={project ? operations.projects.update : operations.projects.create}
      title={project ? trans.__('Edit %1', project.name) : trans.__('New Project')}
      memory="project"
      edits={
        project
          ? {
              name: project.name,
              quotas: project.quotas,
              memberIds: members.map(({ value }) => value)
            }
          : undefined
      }
      initial={{
        quotas: [
          { resource: 'cpu', limit: '4' },
          { resource: 'memory', limit: '8Gi' },
          { resource: 'requests.enflame.com/dtu', limit: '2' }
        ],
        memberIds: []
      }}
      hints={{
        name: { label: trans.__('Name'), wide: true },
        quotas: {
          label: trans.__('Quotas'),
          widget: 'quotas',
          help: trans.__('A limit is a whole number or a size: 3, 500m, 128Gi.')
        },
        memberIds: {
          label: trans.__('Members'),
          widget: 'choices',
          wide: true,
          none: trans.__('Add a user by name'),
          chosen: members,
          search: async text => {
            const page = await client.call(operations.admin.listUsers, {
              query: { limit: 50, search: text || undefined }
            });
            return page.items.map(user => ({
              value: user.id,
              label: user.name,
              ...(user.email !== null && { note: user.email })
            }));
          }
        }
      }}
      submits={[{ id: 'save', label: project ? trans.__('Save') : trans.__('Add') }]}
      submit={body =>
        project
          ? client.call(operations.projects.update, { params: { projectId: project.id }, body })
          : client.call(operations.projects.create, { body: body as Body })
      }
      onDone={close}
      onCancel={close}
      params={project ? { projectId: project.id } : {}}
    />
  );
}

async function membersOf(client: Client, projectId: string): Promise<Option[]> {
  const members: Option[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(operations.projects.members, {
      params: { projectId },
      query: { limit: 200, cursor }
    });
    members.push(...page.items.map(({ id, name }) => ({ value: id, label: name })));
    cursor = page.next;
  } while (cursor !== undefined);
  return members;
}
