import { operations } from '@topsdl/contract';
import { drivePath, modelIcon, netronIcon } from '@topsdl/lab';
import { useTops, type SetKind } from '@topsdl/ui';
import { useMemo } from 'react';

/** Files that Netron shows the graph of. */
const MODEL_FILE =
  /\.(onnx|ort|tflite|keras|h5|hdf5|pt|pth|pt2|ptl|torchscript|safetensors|pb|pbtxt|mlmodel|caffemodel|prototxt|npz|paddle|pdmodel|bin|xml|param|mnn|rknn|gguf|json|pkl|joblib)$/i;

/** Model sets, as the kit's parts for file sets need them. */
export function useModelKind(): SetKind {
  const { commands, registry, trans } = useTops();
  return useMemo(
    () => ({
      operations: operations.models,
      icon: modelIcon,
      events: { set: 'model', version: 'model-version' },
      panels: { form: 'model-form', set: 'model', version: 'model-version' },
      firstVersion: false,
      words: {
        create: trans.__('New model set'),
        purpose: trans.__(
          'A model set is what training leaves, by version. Jobs see it at /workspace/model/<name>.'
        )
      },
      python: (name, number) =>
        `topsdl.model(${JSON.stringify(name)}${number === undefined ? '' : `, version=${number}`})`,
      browse: (set, version) =>
        commands.execute('topsdl:models:browse', { path: drivePath(set, version) }),
      fileActions: (entry, address) =>
        MODEL_FILE.test(entry.name) && registry.canOpen('netron')
          ? [
              {
                id: 'netron',
                label: trans.__('Visualise'),
                icon: netronIcon,
                inline: true,
                run: () =>
                  commands.execute('topsdl:netron:open', { url: address, name: entry.name })
              }
            ]
          : []
    }),
    [commands, registry, trans]
  );
}
