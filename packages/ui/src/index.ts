import '../style/index.css';

export { Spark, StackBar, type Part } from './charts/bars.tsx';
export { LineChart, type LineChartProps, type Series } from './charts/LineChart.tsx';
export {
  DetailHeader,
  Facts,
  Notice,
  Tabs,
  type DetailHeaderProps,
  type Tab
} from './detail/Detail.tsx';
export { Frame, type FrameProps } from './detail/Frame.tsx';
export { SideSheet, type SideSheetProps } from './detail/SideSheet.tsx';
export { confirm, confirmDelete, type Confirmation } from './feedback/confirm.tsx';
export { copyText } from './feedback/copy.ts';
export { CopyId } from './feedback/CopyId.tsx';
export { Loaded } from './feedback/Loaded.tsx';
export { Badge, Dot, ProgressBar } from './feedback/marks.tsx';
export { notify, reportError } from './feedback/report.ts';
export { describeError } from './feedback/sentences.ts';
export { formatAmount, formatList, resourceName } from './feedback/resources.ts';
export { Silence } from './feedback/Silence.tsx';
export { speak } from './feedback/speak.ts';
export { Button, EmptyState, ErrorState, Loading, type ButtonProps } from './feedback/states.tsx';
export {
  Elapsed,
  formatAgo,
  formatDuration,
  formatExact,
  TimeAgo,
  useNow
} from './feedback/time.tsx';
export { collectFiles, readSource, type Collected, type Collection } from './files/collect.ts';
export { FileList, type FileListProps } from './files/FileList.tsx';
export { UploadBox, useUploads, type Sending, type Uploads } from './files/upload.tsx';
export { Form, type FormProps, type Submit } from './form/Form.tsx';
export type { FieldHint, FieldProps, Option, Values } from './form/fields.ts';
export { pythonThing } from './form/python.ts';
export { formatQuantity, parseBytes, parseQuantity } from './form/quantity.ts';
export { roomFor } from './form/SpecTable.tsx';
export { versionSearch, type Versioned } from './form/versions.ts';
export {
  hostOf,
  HostProvider,
  useMay,
  useProjectId,
  useSession,
  useTops,
  useTrans,
  type Host
} from './host.tsx';
export { commandAction } from './list/commandAction.ts';
export { openMenu, openMenuAt } from './list/menu.ts';
export { RowList, type RowListProps } from './list/RowList.tsx';
export type { Action, RowView, Tone } from './list/rows.ts';
export {
  Section,
  Segments,
  type SectionFilter,
  type SectionProps as ListSectionProps
} from './list/Section.tsx';
export { Table, type Column, type TableProps } from './list/Table.tsx';
export { useWindow, windowOf } from './list/window.ts';
export { LogModel } from './logs/model.ts';
export { shortNode } from './logs/nodes.ts';
export { LogsView, type LogsViewProps } from './logs/LogsView.tsx';
export { operationLog, type LogSource, type OperationLog } from './logs/source.ts';
export { keep, kept, useDelayed, useKept } from './memory.ts';
export { noProject, PanelFrame, Sidebar } from './Sidebar.tsx';
export { setVersionSearch } from './sets/choices.ts';
export type { SetKind, SetOperations } from './sets/kind.ts';
export { fileSetParts } from './sets/parts.tsx';
export { scenarioOptions, scenarioWords } from './sets/scenarios.ts';
export { useList, useQuery, useRun, type RunOptions } from './store/hooks.ts';
export type { Identified, ListOptions, ListState } from './store/list.ts';
export type { QueryState } from './store/query.ts';
export { Store, type RowOf } from './store/store.ts';
export type { Watch } from './store/watch.ts';
export { usePageWorks, type PageWork, type WorkControl } from './work/pageWork.ts';
