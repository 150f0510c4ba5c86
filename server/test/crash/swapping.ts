import { ProblemError } from '@topsdl/client';
import { operations, type Service } from '@topsdl/contract';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pace } from 'node:timers/promises';
import type { RunState } from '../../src/compute/local/stateFile.ts';
import type { ServingStage } from '../support/servingStage.ts';
import type { Claims, Presence, Work } from './work.ts';

const { serving } = operations;
const CALLERS = 3;
/** Between two requests of a caller, and between two changes: the machine has other things to do. */
const CALL_MS = 12;
const CHANGE_MS = 40;

export interface SwappingOptions {
  /** What the changes come from. */
  readonly random: () => number;
  /** Ends the changes and the calls. */
  readonly signal: AbortSignal;
}

/** Who has which role, and how much gray gets. */
interface Split {
  readonly production: string | undefined;
  readonly gray: string | undefined;
  readonly share: number;
}

const splitOf = ({ production, gray, grayShare }: Service): Split => ({
  production: production?.id,
  gray: gray?.id,
  share: grayShare
});

/** A service whose versions are exchanged and whose split is changed all the time, while others call it. */
export class Swapping implements Work {
  readonly #serve: ServingStage;
  readonly #claims: Claims;
  readonly #presence: Presence;
  readonly #random: () => number;
  readonly #signal: AbortSignal;
  readonly #id: string;
  /** What each version calls itself. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #supervisors: ReadonlyMap<string, number>;
  readonly #packageVersionIds: readonly string[];
  readonly #failures: string[] = [];
  #answers = 0;
  #changes = 0;
  /** The split that was answered last, and the one that was asked for after it. */
  #known: Split;
  #asked: Split;
  #running = false;
  #loops: Promise<void>[] = [];
  #change: Promise<void> = Promise.resolve();
  #held = false;

  static async prepare(
    serve: ServingStage,
    claims: Claims,
    presence: Presence,
    options: SwappingOptions
  ): Promise<Swapping> {
    const { owner, projectId, spec } = serve.stage;
    const packageId = await serve.package('swapped');
    const [one, two] = await Promise.all(
      ['one', 'two'].map(async NAME =>
        serve.built(await serve.build(packageId, { environment: { NAME } }))
      )
    );
    const { id } = await owner.call(serving.createService, {
      params: { projectId },
      body: { name: 'swapped' }
    });
    const add = (packageVersionId: string) => ({
      params: { serviceId: id },
      body: { packageVersionId, specId: spec.id, replicas: 1 }
    });
    await owner.call(serving.addProduction, add(one!.id));
    await owner.call(serving.addGray, add(two!.id));
    await serve.serves(id);
    return new Swapping(serve, claims, presence, options, await serve.serves(id, 'gray'));
  }

  private constructor(
    serve: ServingStage,
    claims: Claims,
    presence: Presence,
    options: SwappingOptions,
    service: Service
  ) {
    this.#serve = serve;
    this.#claims = claims;
    this.#presence = presence;
    this.#random = options.random;
    this.#signal = options.signal;
    this.#id = service.id;
    this.#known = splitOf(service);
    this.#asked = this.#known;
    const [one = '', two = ''] = [service.production?.id, service.gray?.id];
    this.#names = new Map([
      [one, 'one'],
      [two, 'two']
    ]);
    this.#packageVersionIds = [service.production, service.gray].map(
      version => version?.packageVersionId ?? ''
    );
    this.#supervisors = new Map([one, two].map(id => [id, this.#supervisor(id)]));
  }

  async begin(): Promise<void> {
    this.#held = false;
    if (!this.#running) {
      this.#running = true;
      this.#loops = [this.#changing(), ...Array.from({ length: CALLERS }, () => this.#calling())];
    }
    await Promise.resolve();
  }

  async check(): Promise<void> {
    this.#held = true;
    await this.#change;
    const service = await this.#serve.service(this.#id);
    const split = splitOf(service);
    this.#claims.oneOf('the split is the old or the new one', split, [this.#known, this.#asked]);
    this.#known = split;
    this.#asked = split;
    for (const role of ['production', 'gray'] as const) {
      const answer = await this.#serve.call(this.#id, '/', {
        headers: { 'x-topsdl-version': role }
      });
      this.#claims.is(
        'a role is what the split says',
        [answer.status, answer.role, answer.json['name']],
        [200, role, this.#names.get(split[role] ?? '')]
      );
    }
    for (const [versionId, pid] of this.#supervisors) {
      this.#claims.is('replicas outlive the companion', this.#supervisor(versionId), pid);
    }
    this.#claims.is('requests fail while the companion is away and never else', this.#failures, []);
  }

  async finish(): Promise<void> {
    await this.check();
    this.#running = false;
    await Promise.all(this.#loops);
    this.#claims.is(
      'the service was called and changed',
      [this.#answers > 500, this.#changes > 20],
      [true, true]
    );
    const { owner } = this.#serve.stage;
    const params = { serviceId: this.#id };
    await owner.call(serving.removeGray, { params });
    await owner.call(serving.removeProduction, { params });
    for (const packageVersionId of this.#packageVersionIds) {
      await this.#serve.until(() => this.#delete(packageVersionId), Boolean);
    }
    await owner.call(serving.deleteService, { params });
  }

  /** @returns false while the service's version is on its way out */
  async #delete(packageVersionId: string): Promise<boolean> {
    const { owner } = this.#serve.stage;
    try {
      await owner.call(serving.deletePackageVersion, { params: { packageVersionId } });
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'still-used') {
        return false;
      }
      throw error;
    }
  }

  async #changing(): Promise<void> {
    while (this.#running && !this.#signal.aborted) {
      await this.#presence.there();
      if (!this.#held) {
        this.#change = this.#changeOnce();
        await this.#change;
      }
      await pace(CHANGE_MS);
    }
  }

  /** Exchanges the versions, or now and then gives gray another share. */
  async #changeOnce(): Promise<void> {
    const { owner } = this.#serve.stage;
    const params = { serviceId: this.#id };
    const { production, gray, share } = this.#known;
    const other = Math.round(this.#random() * 50) / 100;
    const swaps = this.#random() < 0.7;
    this.#asked = swaps
      ? { production: gray, gray: production, share }
      : { ...this.#known, share: other };
    const begun = performance.now();
    try {
      const service = swaps
        ? await owner.call(serving.swap, { params, body: {} })
        : await owner.call(serving.setShare, { params, body: { share: other } });
      this.#known = splitOf(service);
      this.#asked = this.#known;
      this.#changes++;
    } catch (error) {
      this.#failed('a change', begun, error);
    }
  }

  async #calling(): Promise<void> {
    while (this.#running && !this.#signal.aborted) {
      await this.#presence.there();
      const begun = performance.now();
      try {
        const { status } = await this.#serve.call(this.#id, '/predict', {
          method: 'POST',
          body: '{}'
        });
        this.#answers++;
        if (status !== 200) {
          this.#failed('a request', begun, status);
        }
      } catch (error) {
        this.#failed('a request', begun, error);
      }
      await pace(CALL_MS);
    }
  }

  #failed(what: string, begun: number, why: unknown): void {
    if (!this.#presence.missed(begun, performance.now())) {
      this.#failures.push(`${what}: ${String(why)}`);
    }
  }

  /** The process that owns the replicas of a version. */
  #supervisor(versionId: string): number {
    const { dataDir } = this.#serve.stage.companion;
    const path = join(dataDir, 'runs', versionId, '1', 'engine', 'state.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as RunState).supervisor.pid;
  }
}
