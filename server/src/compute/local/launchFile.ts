/**
 * What the engine tells a supervisor besides the plan: where things are as the supervisor sees them. Written as `launch.json` beside
 * `plan.json`, because a supervisor of a companion that is root sees most of them at another place than the companion does.
 */
export interface LaunchFile {
  /** The engine's directory of the run. */
  directory: string;
  /** Where the run's sockets go. */
  sockets: string;
  /** The user and group of the sandboxes, never 0. */
  uid: number;
  gid: number;
  /** Host path to the path at which the supervisor finds it; the same where a path is not in it. */
  sources: Record<string, string>;
  /** The Node program and the entry file of the relay process. */
  node: string;
  relay: string;
  /** Directories of cgroups in which nodes have a group each; empty where there are none. */
  cgroups: CgroupDirectory[];
  /** Programs that were found, by their path in the sandbox. */
  sshd?: string;
  /** Whether bubblewrap can forbid further user namespaces in a sandbox. */
  disableUserns: boolean;
  isolation: 'sandbox' | 'plain' | 'none';
}

/** The run's group in one hierarchy. */
export interface CgroupDirectory {
  version: 1 | 2;
  controllers: string[];
  path: string;
}
