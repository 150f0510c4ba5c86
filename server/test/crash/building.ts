import { operations, type PackageVersion } from '@topsdl/contract';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServingStage } from '../support/servingStage.ts';
import type { Claims, Work } from './work.ts';

const { serving } = operations;
const PARTS = 15;
const PART_BYTES = 10_000;

/** What a person's own commands put into the layer, a part at a time. */
const SETUP = `
mkdir "$TOPSDL_LAYER/parts"
for part in $(seq 1 ${PARTS}); do
  echo part $part
  head -c ${PART_BYTES} /dev/zero > "$TOPSDL_LAYER/parts/$part"
  sleep 0.1
done
`;

/** Builds of versions of a package. */
export class Building implements Work {
  readonly #serve: ServingStage;
  readonly #claims: Claims;
  readonly #packageId: string;
  #version: PackageVersion | undefined;

  static async prepare(serve: ServingStage, claims: Claims): Promise<Building> {
    return new Building(serve, claims, await serve.package('in parts'));
  }

  private constructor(serve: ServingStage, claims: Claims, packageId: string) {
    this.#serve = serve;
    this.#claims = claims;
    this.#packageId = packageId;
  }

  async begin(): Promise<void> {
    if (this.#version && !isGoing(await this.#serve.version(this.#version.id))) {
      await this.finish();
    }
    this.#version ??= await this.#serve.build(this.#packageId, { setupCommand: SETUP });
  }

  async check(): Promise<void> {
    if (this.#version) {
      const { state } = await this.#serve.version(this.#version.id);
      this.#claims.oneOf('a build goes on', state, ['pending', 'building', 'completed']);
    }
  }

  async finish(): Promise<void> {
    if (!this.#version) {
      return;
    }
    const { id } = this.#version;
    const version = await this.#serve.built(this.#version);
    this.#claims.is('a build ends', [version.state, version.reason], ['completed', null]);
    const { companion, owner } = this.#serve.stage;
    const parts = join(companion.dataDir, 'images', id, 'layer', 'parts');
    const sizes = readdirSync(parts).map(name => statSync(join(parts, name)).size);
    this.#claims.is('an image is whole', sizes, Array<number>(PARTS).fill(PART_BYTES));
    const lines = (await this.#serve.log(id)).split('\n').filter(line => /^part|^Built/.test(line));
    const said = Array.from({ length: PARTS }, (_, part) => `part ${part + 1}`);
    this.#claims.is('a build is done once', lines, [...said, 'Built.']);
    await owner.call(serving.deletePackageVersion, { params: { packageVersionId: id } });
    this.#version = undefined;
  }
}

function isGoing({ state }: PackageVersion): boolean {
  return state === 'pending' || state === 'building';
}
