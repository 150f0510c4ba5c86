import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { accountIcon, IResourceRegistry, ITopsSession, ITopsTranslation } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/account-extension:plugin',
  description: 'Signing in, password and e-mail address, personal access tokens.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsSession, ITopsTranslation],
  activate: (
    app: JupyterFrontEnd,
    registry: IResourceRegistry,
    session: ITopsSession,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    const nothing = { args: { type: 'object', properties: {} } } as const;
    registry.addPanel({
      kind: 'sign-in',
      icon: accountIcon,
      title: trans.__('Sign In'),
      anyOf: [],
      load: () => import('./SignIn.tsx')
    });
    registry.addPanel({
      kind: 'account',
      icon: accountIcon,
      title: trans.__('Account'),
      load: () => import('./Account.tsx')
    });
    // Not by the registry: whoever is signed out needs it most.
    app.commands.addCommand('topsdl:account:sign-in', {
      label: () =>
        session.state === 'signed-in' ? trans.__('Sign In as Another User…') : trans.__('Sign In…'),
      icon: accountIcon,
      describedBy: nothing,
      execute: () => registry.open('sign-in', 'sign-in')
    });
    registry.addCommand('topsdl:account:open', {
      label: trans.__('Account'),
      caption: trans.__('Password, e-mail address, personal access tokens'),
      icon: accountIcon,
      menuRank: 910,
      describedBy: nothing,
      execute: () => registry.open('account', 'mine')
    });
  }
};

export default plugin;
