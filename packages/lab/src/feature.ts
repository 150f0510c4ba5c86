import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Permission } from '@topsdl/contract';
import { IResourceRegistry, type IPanelKind } from './registry.ts';
import { ITopsTranslation } from './translation.ts';

/** What a feature adds to JupyterLab. */
export interface FeatureInstaller {
  /** `@topsdl/<feature>-extension:plugin`. */
  readonly id: string;
  readonly description: string;
  install(resources: IResourceRegistry, translation: ITopsTranslation, app: JupyterFrontEnd): void;
}

/** The plugin of a feature that needs nothing but the suite itself. */
export function featurePlugin({
  id,
  description,
  install
}: FeatureInstaller): JupyterFrontEndPlugin<void> {
  return {
    id,
    description,
    autoStart: true,
    requires: [IResourceRegistry, ITopsTranslation],
    activate: (
      app: JupyterFrontEnd,
      resources: IResourceRegistry,
      translation: ITopsTranslation
    ) => {
      install(resources, translation, app);
    }
  };
}

/** A kind of panel in a row: kind, title, icon, what brings it. */
export type PanelRow = readonly [
  kind: string,
  title: string,
  icon: LabIcon,
  load: IPanelKind['load']
];

/** Adds kinds of panels that the same people may open. */
export function addPanels(
  resources: IResourceRegistry,
  anyOf: readonly Permission[],
  rows: readonly PanelRow[]
): void {
  for (const [kind, title, icon, load] of rows) {
    resources.addPanel({ kind, title, icon, anyOf, load });
  }
}

/** Schema of a command's arguments: texts by name with what each is. */
export function describeArguments(
  required: Readonly<Record<string, string>> = {},
  optional: Readonly<Record<string, string>> = {}
) {
  const properties = Object.fromEntries(
    Object.entries({ ...required, ...optional }).map(([name, description]) => [
      name,
      { type: 'string', description }
    ])
  );
  return { args: { type: 'object', required: Object.keys(required), properties } };
}
