import { createHash } from 'node:crypto';
import { createReadStream, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './command.ts';

/** What a container image says of itself beside its layers, as the Open Container Initiative's image specification has it. */
export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes an image as a tar of an OCI image layout. Layers are tars, not compressed: they go from one disk to the same.
 *
 * @param name with which the image is found after its import, such as `topsdl.local/pause:1`
 */
export async function writeImage(
  destination: string,
  name: string,
  layers: readonly string[],
  config: ImageConfig
): Promise<void> {
  const layout = `${destination}.layout`;
  const blobs = join(layout, 'blobs', 'sha256');
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  const store = (value: unknown, mediaType: string): Descriptor => {
    const text = JSON.stringify(value);
    const hash = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, hash), text);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
  };
  const stored: Descriptor[] = [];
  for (const layer of layers) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(layer), hash);
    const digest = hash.digest('hex');
    linkSync(layer, join(blobs, digest));
    stored.push({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: `sha256:${digest}`,
      size: statSync(layer).size
    });
  }
  const described = store(
    {
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: stored.map(layer => layer.digest) }
    },
    'application/vnd.oci.image.config.v1+json'
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = store(
    { schemaVersion: 2, mediaType, config: described, layers: stored },
    mediaType
  );
  manifest.annotations = { 'io.containerd.image.name': name };
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest] })
  );
  await run('tar', ['-C', layout, '-cf', destination, 'oci-layout', 'index.json', 'blobs']);
  rmSync(layout, { recursive: true });
}
