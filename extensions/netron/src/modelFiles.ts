/**
 * Names of files that Netron shows the graph of. It reads some `.json` and `.xml` as well, but most of
 * those are something else.
 */
const MODEL_FILE =
  /\.(onnx|ort|tflite|lite|keras|h5|hdf5|pt|pth|pt2|pte|ptl|torchscript|safetensors|pb|pbtxt|mlmodel|caffemodel|prototxt|npz|paddle|pdmodel|param|mnn|rknn|gguf|dlc|om|bin|pkl|joblib)$/i;

/** Whether a file is a model's by its name. */
export function isModelFile(name: string): boolean {
  return MODEL_FILE.test(name);
}
