import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Access } from './access/access.ts';
import type { ComputeEngine } from './compute/engine.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { Events } from './events/hub.ts';
import type { Topics } from './events/topics.ts';
import type { DataDirectory } from './files/layout.ts';
import type { Authenticator } from './http/authenticate.ts';
import type { ApiRouter } from './http/router.ts';
import type { HttpServer } from './http/server.ts';
import type { Life } from './life.ts';
import type { Services } from './services.ts';
import type { TaskRunner } from './tasks/runner.ts';
import type { Usage } from './usage.ts';
import type { Uses } from './uses.ts';

/** What the companion is told by its command line. */
export interface Options {
  readonly data: string;
  readonly socket?: string;
  /** The Jupyter server's Python: the environment that the image `host` has. */
  readonly python?: string;
  /** Its `sys.base_prefix`. */
  readonly pythonBase?: string;
  /** `host:port` for other machines. */
  readonly listen?: string;
}

/** The companion, as a feature sees it. */
export interface App {
  readonly version: string;
  /** This installation's own short name, which its cookie carries. */
  readonly instance: string;
  readonly bootId: string;
  readonly options: Options;
  readonly config: Config;
  readonly log: Logger;
  readonly files: DataDirectory;
  readonly db: Database;
  readonly events: Events;
  /** Streams beside the changes, over `/ws`. */
  readonly topics: Topics;
  readonly tasks: TaskRunner;
  readonly access: Access;
  readonly authenticator: Authenticator;
  /** Implementations of the contract's operations. */
  readonly api: ApiRouter;
  /** Addresses outside the contract. */
  readonly http: HttpServer;
  readonly usage: Usage;
  readonly uses: Uses;
  /** What features offer each other. */
  readonly services: Services;
  readonly life: Life;
  readonly metrics: Registry;
  readonly compute: ComputeEngine;
  /** Names of the features that are there. */
  readonly features: readonly string[];
}
