import { sentence, type Code, type Language, type Params, type Reason } from '@topsdl/contract';
import type { Reason as EngineReason, ReasonCode } from '../compute/engine.ts';

/** Why a workload waits or ended as it did, as it is stored: a code of the catalogue with its parameters. */
export interface StoredReason {
  readonly code: Code;
  readonly params: Readonly<Record<string, string | number>>;
}

const codes: Readonly<Record<ReasonCode, Code>> = {
  command_failed: 'command-failed',
  worker_died: 'node-failed',
  out_of_memory: 'out-of-memory',
  node_not_ready: 'node-unreachable',
  sandbox_failed: 'sandbox-failed',
  start_failed: 'start-failed',
  supervisor_died: 'supervisor-died',
  machine_restarted: 'machine-restarted',
  not_found: 'run-lost',
  stopped: 'stopped',
  image_unavailable: 'image-unavailable',
  node_evicted: 'node-evicted',
  removed: 'run-removed',
  replaced: 'run-replaced',
  waiting_for_room: 'waits-for-room',
  waiting_in_queue: 'waits-in-queue'
};

/** What an engine says, in the catalogue's words. `detail` is always there, for sentences that show it. */
export function fromEngine(reason: EngineReason): StoredReason {
  return { code: codes[reason.code], params: { detail: reason.detail, ...reason.params } };
}

/** A reason from a code and its parameters; null values are left out. */
export function reason(code: Code, params: Params = {}): StoredReason {
  return {
    code,
    params: Object.fromEntries(
      Object.entries(params).flatMap(([name, value]) =>
        value === null ? [] : [[name, typeof value === 'boolean' ? String(value) : value]]
      )
    )
  };
}

/** A stored reason with its sentence, as the contract has it. */
export function presentReason(why: StoredReason, language: Language): Reason {
  return {
    code: why.code,
    params: { ...why.params },
    detail: sentence(why.code, why.params, language)
  };
}
