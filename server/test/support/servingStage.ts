import { operations, type PackageVersion, type Service } from '@topsdl/contract';
import { openStage, type Stage } from './stage.ts';

const { serving } = operations;

/** A model server of the standard library: tells which model and environment it has. */
export const SERVE = `
import json, os, signal, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        if self.path.startswith("/sleep"):
            time.sleep(0.5)
        if self.path.startswith("/die"):
            os._exit(3)
        data = json.dumps({
            "model": open("/workspace/model/digits/model.txt").read(),
            "name": os.environ.get("NAME"), "path": self.path, "body": body, "pid": os.getpid(),
            "host": os.uname().nodename, "seen": sorted(name.lower() for name in self.headers)
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    do_GET = do_POST = answer
    def log_message(self, *args):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("serving", os.environ.get("NAME"), flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
`;

/** What serving needs on top of the training's stage: a model and code, packed and built. */
export class ServingStage {
  readonly stage: Stage;
  readonly modelVersionId: string;
  readonly algorithmVersionId: string;
  #token: string | undefined;

  constructor(stage: Stage, modelVersionId: string, algorithmVersionId: string) {
    this.stage = stage;
    this.modelVersionId = modelVersionId;
    this.algorithmVersionId = algorithmVersionId;
  }

  /** One session for all calls; a companion that was started again knows it still. */
  async token(): Promise<string> {
    this.#token ??= await this.stage.companion.ownerToken();
    return this.#token;
  }

  async package(name: string): Promise<string> {
    const { id } = await this.stage.owner.call(serving.createPackage, {
      params: { projectId: this.stage.projectId },
      body: { name, scenario: 'image-classification' }
    });
    return id;
  }

  build(
    packageId: string,
    more: {
      algorithmVersionIds?: string[];
      arguments?: string[];
      environment?: Record<string, string>;
      setupCommand?: string;
      requirements?: string[];
    } = {}
  ): Promise<PackageVersion> {
    return this.stage.owner.call(serving.createPackageVersion, {
      params: { packageId },
      body: {
        modelVersionIds: [this.modelVersionId],
        algorithmVersionIds: [this.algorithmVersionId],
        arguments: ['python3', '/workspace/algorithm/server/serve.py'],
        build: true,
        ...more
      }
    });
  }

  version(packageVersionId: string): Promise<PackageVersion> {
    return this.stage.owner.call(serving.getPackageVersion, { params: { packageVersionId } });
  }

  service(serviceId: string): Promise<Service> {
    return this.stage.owner.call(serving.getService, { params: { serviceId } });
  }

  async log(packageVersionId: string): Promise<string> {
    const page = await this.stage.owner.call(serving.buildLog, {
      params: { packageVersionId },
      query: {}
    });
    return page.lines.map(({ text }) => text).join('\n');
  }

  until<T>(look: () => Promise<T>, is: (value: T) => boolean, limitMs?: number): Promise<T> {
    return this.stage.watch(look, is, limitMs);
  }

  built(version: PackageVersion): Promise<PackageVersion> {
    return this.until(
      () => this.version(version.id),
      ({ state }) => !['pending', 'building'].includes(state)
    );
  }

  serves(serviceId: string, role: 'production' | 'gray' = 'production'): Promise<Service> {
    return this.until(
      () => this.service(serviceId),
      service => service[role]?.state === 'serving'
    );
  }

  /** Removes every service, and ends the companion. */
  async end(): Promise<void> {
    await this.clear();
    await this.stage.companion.stop();
  }

  /** Removes every service and waits for their ends: replicas outlive a companion, and so its tests. */
  async clear(): Promise<void> {
    const { owner, projectId } = this.stage;
    const { items } = await owner.call(serving.listServices, { params: { projectId } });
    for (const { id, gray, production } of items) {
      const params = { serviceId: id };
      if (gray) {
        await owner.call(serving.removeGray, { params });
      }
      if (production) {
        await owner.call(serving.removeProduction, { params });
      }
    }
    await this.until(
      () => owner.call(operations.projects.overview, { params: { projectId } }),
      ({ running, waiting }) => running.length + waiting.length === 0
    );
  }

  /** Calls a service as a program does, with a token. */
  async call(
    serviceId: string,
    path = '/',
    init: RequestInit = {}
  ): Promise<{ status: number; role: string | null; json: Record<string, unknown> }> {
    const response = await this.stage.companion.fetch(`/services/${serviceId}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${await this.token()}`,
        ...(init.headers as Record<string, string> | undefined)
      }
    });
    return {
      status: response.status,
      role: response.headers.get('x-topsdl-version'),
      json: (await response.json()) as Record<string, unknown>
    };
  }

  /** Calls again and again, some at a time, until told to stop or `count` is reached. */
  async load(
    serviceId: string,
    count: number,
    together = 8
  ): Promise<{ failed: number; roles: Record<string, number> }> {
    let left = count;
    let failed = 0;
    const roles: Record<string, number> = {};
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { status, role } = await this.call(serviceId, '/predict', {
          method: 'POST',
          body: '{}'
        });
        failed += status === 200 ? 0 : 1;
        roles[role ?? 'none'] = (roles[role ?? 'none'] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
    return { failed, roles };
  }
}

export async function setServingStage(
  companion: Parameters<typeof openStage>[0]
): Promise<ServingStage> {
  const stage = await openStage(companion);
  const model = await stage.version('models', 'digits', { 'model.txt': 'the model' });
  const code = await stage.version('algorithms', 'server', { 'serve.py': SERVE });
  return new ServingStage(stage, model.id, code.id);
}
