import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, type ICommandPalette } from '@jupyterlab/apputils';
import { MenuSvg, notebookIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { activityIcon, projectIcon } from '@topsdl/lab';
import type { TopsServices as Services } from '@topsdl/lab';
import { sidebars } from './sidebars.tsx';

export const commands = {
  activity: 'topsdl:activity',
  startHere: 'topsdl:start-here',
  showArea: 'topsdl:show-area',
  chooseProject: 'topsdl:choose-project',
  continueAsOwner: 'topsdl:continue-as-owner',
  signOut: 'topsdl:sign-out',
  reconnect: 'topsdl:reconnect',
  // Of features, used where they are there.
  overview: 'topsdl:projects:overview',
  signIn: 'topsdl:account:sign-in'
};

const nothing = { args: { type: 'object', properties: {} } } as const;

/** The commands of the suite as a whole. */
export function installCommands(
  app: JupyterFrontEnd,
  services: Services,
  palette: ICommandPalette | null
): void {
  const { registry, session, events, translation } = services;
  const { trans } = translation;

  registry.addCommand(commands.activity, {
    label: trans.__('Activity'),
    caption: trans.__('Long work of the project: progress, log, cancel'),
    icon: activityIcon,
    anyOf: ['platform', 'data', 'admin'],
    menuRank: 20,
    describedBy: nothing,
    execute: () => registry.open('activity', 'project')
  });

  registry.addCommand(commands.startHere, {
    label: trans.__('Start Here'),
    caption: trans.__('A notebook from an archive of images to an online service'),
    icon: notebookIcon,
    anyOf: ['platform', 'data', 'admin'],
    menuRank: 10,
    describedBy: nothing,
    execute: async () => {
      const path = await services.api.startNotebook();
      return app.commands.execute('docmanager:open', { path });
    }
  });
  registry.addCard({ command: commands.startHere, rank: 5, anyOf: ['platform', 'data', 'admin'] });

  registry.addCommand(commands.chooseProject, {
    label: args => {
      const project = session.projects.find(({ id }) => id === args['projectId']);
      return project?.name ?? trans.__('Switch Project…');
    },
    icon: args => (args['projectId'] === undefined ? projectIcon : undefined),
    isToggled: args => args['projectId'] !== undefined && session.project?.id === args['projectId'],
    menuRank: 30,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          projectId: {
            type: 'string',
            description: trans.__('The project to work in; without it one is asked for')
          }
        }
      }
    },
    execute: async args => {
      if (args['projectId'] !== undefined) {
        const wanted = String(args['projectId']);
        if (!session.projects.some(({ id }) => id === wanted)) {
          // It may be so new that nobody has told us.
          await session.refresh();
        }
        session.choose(wanted);
        return;
      }
      const names = session.projects.map(project => project.name);
      const answer = await InputDialog.getItem({
        title: trans.__('Switch Project'),
        items: names,
        current: Math.max(
          0,
          session.projects.findIndex(({ id }) => id === session.project?.id)
        )
      });
      const chosen = session.projects[names.indexOf(answer.value ?? '')];
      if (answer.button.accept && chosen) {
        session.choose(chosen.id);
      }
    }
  });

  const bars = sidebars(translation);
  const barOf = (args: ReadonlyPartialJSONObject) => bars.find(({ area }) => area === args['area']);
  app.commands.addCommand(commands.showArea, {
    label: args => trans.__('Show the sidebar %1', barOf(args)?.label ?? ''),
    icon: args => barOf(args)?.icon,
    isVisible: args =>
      registry.sections.some(({ area, anyOf }) => area === args['area'] && session.may(...anyOf)),
    describedBy: {
      args: {
        type: 'object',
        required: ['area'],
        properties: {
          area: {
            enum: bars.map(({ area }) => area),
            description: trans.__('Which of the four sidebars')
          }
        }
      }
    },
    execute: args => app.shell.activateById(`topsdl-${String(args['area'])}`)
  });
  for (const { area } of bars) {
    palette?.addItem({ command: commands.showArea, category: 'TopsDL', args: { area } });
  }

  // Those below are for people who are not signed in, too: no permission is asked for.
  app.commands.addCommand(commands.continueAsOwner, {
    label: trans.__('Continue as the Owner'),
    caption: trans.__('Signs in as the owner of the data directory, who runs this JupyterLab'),
    isEnabled: () => !session.session?.owner,
    isVisible: () => !session.session?.owner,
    describedBy: nothing,
    execute: () => session.continueAsOwner()
  });

  app.commands.addCommand(commands.signOut, {
    label: () => trans.__('Sign Out %1', session.session?.user.name ?? ''),
    isEnabled: () => session.state === 'signed-in',
    isVisible: () => session.state === 'signed-in',
    describedBy: nothing,
    execute: () => session.signOut()
  });

  app.commands.addCommand(commands.reconnect, {
    label: trans.__('Connect Again'),
    isVisible: () => session.state === 'unreachable' || events.status === 'lost',
    isEnabled: () => session.state === 'unreachable' || events.status === 'lost',
    describedBy: nothing,
    execute: async () => {
      events.open();
      await session.refresh();
    }
  });
}

/** The projects to choose from, as a menu that opens above a part of the status bar. */
export function openProjectMenu(services: Services, anchor: HTMLElement): void {
  const menu = new MenuSvg({ commands: services.commands });
  for (const project of services.session.projects) {
    menu.addItem({ command: commands.chooseProject, args: { projectId: project.id } });
  }
  const { left, top } = anchor.getBoundingClientRect();
  menu.aboutToClose.connect(() => anchor.focus());
  menu.open(left, top);
}
