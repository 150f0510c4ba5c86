import type { FileSetParts } from '@topsdl/lab';
import { FileSetForm } from './FileSetForm.tsx';
import { FileSetPanel, FileSetVersionPanel } from './FileSetPanels.tsx';
import { FileSetSave } from './FileSetSave.tsx';
import { FileSetSection } from './FileSetSection.tsx';
import type { SetKind } from './kind.ts';

/**
 * Everything that a kind of file set draws.
 *
 * @param useKind the kind, in the user's language
 */
export function fileSetParts(useKind: () => SetKind): FileSetParts {
  return {
    Section: props => <FileSetSection {...props} kind={useKind()} />,
    Form: props => <FileSetForm {...props} kind={useKind()} />,
    Set: props => <FileSetPanel {...props} kind={useKind()} />,
    Version: props => <FileSetVersionPanel {...props} kind={useKind()} />,
    Save: props => <FileSetSave {...props} kind={useKind()} />
  };
}
