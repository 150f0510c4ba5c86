/** Endings of files that are models and nothing else: a double click opens them in Netron. */
export const MODELS = [
  '.onnx',
  '.ort',
  '.tflite',
  '.keras',
  '.pt',
  '.pth',
  '.pt2',
  '.pte',
  '.torchscript',
  '.safetensors',
  '.pb',
  '.mlmodel',
  '.caffemodel',
  '.pdmodel',
  '.mnn',
  '.rknn',
  '.gguf'
];

/**
 * Endings of files that may be models, which other programs open as well. Netron reads some `.json` and
 * `.xml`, too, but most of those are something else.
 */
export const OTHERS = [
  '.h5',
  '.hdf5',
  '.pbtxt',
  '.prototxt',
  '.npz',
  '.param',
  '.bin',
  '.pkl',
  '.joblib'
];

/** Whether a file may be a model's by its name. */
export function isModelFile(name: string): boolean {
  const lower = name.toLowerCase();
  return [...MODELS, ...OTHERS].some(ending => lower.endsWith(ending));
}
