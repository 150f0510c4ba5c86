import { writeTrainingData, type LabeledImage } from '@topsdl/formats';
import { ImagePaths } from './file-names.ts';
import type { Split } from './messages.ts';
import type { VersionImage } from './read-version.ts';
import { upright } from './upright.ts';
import type { Workbench } from './worker.ts';

/** Images with the paths that they have in a version's directory, in the order in which they came. */
export function placed(images: readonly VersionImage[]): { image: VersionImage; path: string }[] {
  const paths = new ImagePaths();
  return images.map(image => ({ image, path: paths.give(image.label, image.name) }));
}

/** Writes the training data of the labeled images. The same images and split give the same bytes. */
export async function makeTrainingData(
  bench: Workbench,
  target: string,
  { seed, testShare }: Split
): Promise<{
  bytes: number;
  train: number;
  test: number;
  files: readonly { path: string; bytes: number }[];
}> {
  const { version, reader } = bench;
  const labeled = placed(version.images).flatMap(({ image, path }): LabeledImage[] =>
    image.label === null
      ? []
      : [
          {
            path,
            label: image.label,
            format: image.format,
            width: image.width,
            height: image.height,
            read: () => upright(reader.read(image), image)
          }
        ]
  );
  const report = await writeTrainingData(target, labeled, {
    seed,
    testShare,
    onProgress: (done, total) => bench.progress('splitting', done, total)
  });
  const { train, test, files } = report;
  return { bytes: files.reduce((sum, file) => sum + file.bytes, 0), train, test, files };
}
