import type { TranslationBundle } from '@jupyterlab/translation';

/** What was done, as it stands before the thing. */
export function verb(type: string, trans: TranslationBundle): string {
  switch (type) {
    case 'created':
      return trans.__('added');
    case 'deleted':
      return trans.__('deleted');
    default:
      return trans.__('changed');
  }
}

/** What a kind of thing is called in a sentence. */
export function kindName(kind: string, trans: TranslationBundle): string {
  const names: Readonly<Record<string, string>> = {
    project: trans.__('project'),
    user: trans.__('user'),
    'compute-spec': trans.__('compute spec'),
    task: trans.__('task'),
    dataset: trans.__('dataset'),
    'dataset-version': trans.__('dataset version'),
    label: trans.__('label'),
    image: trans.__('images'),
    algorithm: trans.__('algorithm set'),
    'algorithm-version': trans.__('algorithm version'),
    model: trans.__('model set'),
    'model-version': trans.__('model version'),
    training: trans.__('training'),
    'training-run': trans.__('training run'),
    tensorboard: 'TensorBoard',
    package: trans.__('package'),
    'package-version': trans.__('package version'),
    service: trans.__('service')
  };
  return names[kind] ?? kind;
}
