/** The Python environment that the image `host` has. */
export interface HostPython {
  /** `sys.prefix`: its `bin` leads PATH in the sandbox. */
  prefix: string;
  /** `sys.base_prefix`, the same where the environment is not a virtual one. */
  basePrefix: string;
}

/** What the local engine is told by the server's configuration. */
export interface LocalEngineConfig {
  /** The companion's data directory, never seen inside a sandbox but for the mounts of a spec. */
  dataDirectory: string;
  python?: HostPython;
  /** Declared accelerator cards by resource name. The engine counts them and knows no device. */
  cards?: Readonly<Record<string, number>>;
  /** Bytes of one node's log that are kept: its beginning and its end. */
  logLimitBytes?: number;
  /** Size of `/tmp` and `/workspace` in memory where a spec says nothing. */
  scratchBytes?: number;
  /** Processes and threads of one node. */
  maxProcesses?: number;
  /** How long a node's sshd may take. */
  readyTimeoutMs?: number;
  /** `sandbox` where it works and else `plain`, or one of them. */
  isolation?: 'auto' | 'sandbox' | 'plain';
  /** Host uids for projects where the companion is root; found from the uid map where undefined. */
  projectUids?: { first: number; count: number };
  /** Where sockets go that would be too long for their name below the data directory; the system's temporary directory where undefined. */
  runtimeDirectory?: string;
}

export const DEFAULT_LOG_LIMIT = 64 * 1024 * 1024;
export const DEFAULT_SCRATCH = 1024 * 1024 * 1024;
export const DEFAULT_MAX_PROCESSES = 4096;
export const DEFAULT_READY_TIMEOUT = 30_000;
export const DEFAULT_GRACE = 10_000;
