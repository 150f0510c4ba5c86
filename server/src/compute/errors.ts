/** Codes of {@link PlanError}; the params of each are named beside it. */
export type PlanErrorCode =
  /** minimum, maximum */
  | 'out_of_range'
  /** The command is empty or has a NUL. */
  | 'command_invalid'
  /** name: not a variable name, a value of more than one line, or more than 128 KiB together. */
  | 'env_invalid'
  /** name: the engine sets this variable itself, or it changes how programs are loaded. */
  | 'env_reserved'
  /** target: not below `/workspace`, or given twice. */
  | 'mount_target_invalid'
  /** source: not an absolute path. */
  | 'mount_source_invalid'
  /** Overlay and read-only together, or an overlay where the engine has none. */
  | 'mount_mode_invalid'
  /** Not absolute, or a run id that cannot be used. */
  | 'run_invalid'
  /** isolation: this engine has a single node here. */
  | 'nodes_unsupported'
  /** This engine has no way out to the network here. */
  | 'egress_unsupported'
  /** label, wanted, value: the spec's node selector wants what machines of this installation have otherwise. */
  | 'placement_excluded'
  /** name: of a label, a taint or a resource, not as the engine has them. */
  | 'placement_invalid'
  /** programs: what has to be installed first. */
  | 'program_missing';

/** A spec that this engine cannot run, found before anything is started. `field` is a path in the spec, such as `mounts.1.target`. */
export class PlanError extends Error {
  readonly code: PlanErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly field: string;
  constructor(
    code: PlanErrorCode,
    field: string,
    detail: string,
    params: Readonly<Record<string, string | number>> = {}
  ) {
    super(detail);
    this.name = 'PlanError';
    this.code = code;
    this.field = field;
    this.params = params;
  }
}

/** Codes of {@link EngineError}. */
export type EngineErrorCode =
  | 'start_failed'
  | 'not_running'
  | 'node_unknown'
  | 'port_unknown'
  | 'not_a_service'
  | 'unreachable';

/** What went wrong with a workload that was asked to do something. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(
    code: EngineErrorCode,
    detail: string,
    params: Readonly<Record<string, string | number>> = {}
  ) {
    super(detail);
    this.name = 'EngineError';
    this.code = code;
    this.params = params;
  }
}
