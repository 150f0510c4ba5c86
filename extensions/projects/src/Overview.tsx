import { operations } from '@topsdl/contract';
import { overviewIcon } from '@topsdl/lab';
import type { PanelProps } from '@topsdl/lab';
import {
  DetailHeader,
  EmptyState,
  ErrorState,
  Loading,
  noProject,
  Segments,
  Silence,
  useKept,
  useQuery,
  useSession,
  useTops
} from '@topsdl/ui';
import { useEffect, type JSX } from 'react';
import '../style/index.css';
import { AllProjects } from './AllProjects.tsx';
import { Machine } from './Machine.tsx';
import { RecentActivity } from './RecentActivity.tsx';
import { ResourceRow } from './ResourceRow.tsx';
import { Work } from './Work.tsx';

/** Spans that the charts can show, in minutes. */
const SPANS = { '60': 60, '1440': 1440, '10080': 10_080, '43200': 43_200 } as const;
type Span = keyof typeof SPANS;

const KINDS = [
  'project',
  'usage',
  'training-run',
  'service',
  'package-version',
  'tensorboard'
] as const;

/** The project at a glance: quota against use, now and over time, what runs, what happened. */
export default function Overview({ panel }: PanelProps): JSX.Element {
  const { trans } = useTops();
  const session = useSession();
  const { project } = session;
  const [span, setSpan] = useKept<Span>('overview:span', '1440');
  const params = project && { projectId: project.id };
  const now = useQuery(operations.projects.overview, params && { params }, [{ kinds: KINDS }]);
  const usage = useQuery(
    operations.projects.usage,
    params && { params, query: { minutes: SPANS[span] } },
    [{ kinds: ['usage'] }]
  );

  useEffect(() => {
    panel.setTitle(
      project ? trans.__('Overview: %1', project.name) : trans.__('Overview'),
      trans.__('Overview of the project')
    );
  }, [panel, project, trans]);

  if (!project) {
    return <EmptyState>{noProject(trans)}</EmptyState>;
  }
  if (!now.data) {
    return now.error !== undefined ? (
      <ErrorState error={now.error} retry={now.reload} />
    ) : (
      <Loading />
    );
  }
  const { resources, running, waiting } = now.data;
  return (
    <div className="topsdl-PanelBody topsdl-Overview">
      <DetailHeader
        icon={overviewIcon}
        title={project.name}
        facts={trans._n('%1 member', '%1 members', now.data.project.memberCount)}
      >
        <Segments
          label={trans.__('Time shown')}
          value={span}
          onChange={setSpan}
          options={[
            { value: '60', label: trans.__('1 h') },
            { value: '1440', label: trans.__('24 h') },
            { value: '10080', label: trans.__('7 d') },
            { value: '43200', label: trans.__('30 d') }
          ]}
        />
      </DetailHeader>
      <Silence />
      <Machine />
      <div className="topsdl-Overview-body">
        <section aria-label={trans.__('Quota and use')}>
          {usage.error !== undefined && <ErrorState error={usage.error} retry={usage.reload} />}
          {resources.map(use => (
            <ResourceRow
              key={use.resource}
              use={use}
              running={running}
              waiting={waiting}
              minutes={SPANS[span]}
              points={
                usage.data?.series.find(series => series.resource === use.resource)?.points ?? []
              }
            />
          ))}
          {resources.length === 0 && (
            <EmptyState>
              {trans.__('This project has no quota: what it may use is not limited by one.')}
            </EmptyState>
          )}
        </section>
        <div className="topsdl-Overview-columns">
          <Work running={running} waiting={waiting} />
          <RecentActivity projectId={project.id} />
        </div>
        {session.may('admin') && <AllProjects />}
      </div>
    </div>
  );
}
