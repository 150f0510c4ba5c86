export { ITopsApi, RequestError, type Route } from './api.ts';
export { drivePath, FileSetDrive, type FileSetDriveOptions } from './drive.ts';
export { ITopsEvents, type ConnectionStatus, type ITopicListener } from './events.ts';
export { formatBytes, formatNumber, isBytes, resourceWord, scaleBytes } from './format.ts';
export * from './icons.ts';
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
  type OpenOptions,
  type PanelProps,
  type SectionProps
} from './registry.ts';
export type { TopsServices } from './services.ts';
export { ITopsSession, type SessionState } from './session.ts';
export { ITopsTranslation } from './translation.ts';
