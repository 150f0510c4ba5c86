/** A program that is missing, and the line that installs it. */
export interface MissingProgram {
  program: string;
  /** What does not work without it. */
  needed: string;
  /** Such as `apt-get install -y bubblewrap`. */
  install: string;
}

/** What an engine can do where it runs, for people to see and for the server to decide by. */
export interface EngineCapabilities {
  /**
   * `sandbox`: isolated nodes. `cluster`: pods. `plain`: processes of the companion's own user, one node, nothing enforced. `none`: nothing
   * can run.
   */
  isolation: 'sandbox' | 'cluster' | 'plain' | 'none';
  /** The largest number of nodes of one run. */
  maxNodes: number;
  cpuLimit: 'cgroup' | 'none';
  memoryLimit: 'cgroup' | 'process' | 'none';
  processLimit: 'cgroup' | 'process' | 'none';
  overlay: boolean;
  egress: boolean;
  exec: boolean;
  /** Each project's workloads have a uid of their own. */
  projectUids: boolean;
}

/** That an engine hears nothing of its workloads, since when and why. What it tells of them meanwhile is how they were. */
export interface Silence {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** English, one line. */
  readonly detail: string;
}

export interface EngineCheck {
  capabilities: EngineCapabilities;
  missing: MissingProgram[];
  /** Sentences in English on what is limited and why, for logs and the status panel. */
  notes: string[];
  /**
   * What there is: cores, bytes of memory, cards by resource name. Where it is `elastic` more may come: nothing is refused for being
   * too much, and who gets room is decided by the engine.
   */
  capacity: {
    elastic: boolean;
    cpu: number;
    memoryBytes: number;
    cards: Readonly<Record<string, number>>;
  };
}
