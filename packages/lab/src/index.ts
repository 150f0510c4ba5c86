export { ITopsApi, RequestError, type Route } from './api.ts';
export { ITopsEvents, type ConnectionStatus, type ITopicListener } from './events.ts';
export {
  addPanels,
  describeArguments,
  featurePlugin,
  type FeatureInstaller,
  type PanelRow
} from './feature.ts';
export {
  drivePath,
  driveTitle,
  IFileSets,
  PUBLIC_MARK,
  type FileSetFeature,
  type FileSetParts,
  type FileSetWords
} from './file-sets.ts';
export { baseName, chosenFiles, describePaths, PYTHON_MIME, type ChosenFile } from './files.ts';
export { formatBytes, formatNumber, isBytes, resourceWord, scaleBytes } from './format.ts';
export * from './icons.ts';
export { describeLoadFault } from './loading.ts';
export {
  IResourceRegistry,
  type Area,
  type ComponentModule,
  type ICard,
  type ICommand,
  type IPanelHandle,
  type IPanelKind,
  type ISection,
  type ITaskKind,
  type IWorkKind,
  type OpenOptions,
  type PanelProps,
  type PanelRef,
  type SectionProps,
  type WorkReader,
  type WorkReport
} from './registry.ts';
export { ITopsServices, type TopsServices } from './services.ts';
export { ITopsSession, type SessionState } from './session.ts';
export { ITopsTranslation } from './translation.ts';
