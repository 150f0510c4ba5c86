import { administrationIcon } from '@topsdl/lab';
import { DetailHeader, Tabs, useTrans } from '@topsdl/ui';
import type { JSX } from 'react';
import '../style/index.css';
import { Projects } from './Projects.tsx';
import { Specs } from './Specs.tsx';
import { Users } from './Users.tsx';

/** What administrators look after. */
export default function Administration(): JSX.Element {
  const trans = useTrans();
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader icon={administrationIcon} title={trans.__('Administration')} />
      <Tabs
        memory="administration"
        label={trans.__('Administration')}
        tabs={[
          { id: 'projects', label: trans.__('Projects'), render: () => <Projects /> },
          { id: 'users', label: trans.__('Users'), render: () => <Users /> },
          { id: 'specs', label: trans.__('Compute specs'), render: () => <Specs /> }
        ]}
      />
    </div>
  );
}
