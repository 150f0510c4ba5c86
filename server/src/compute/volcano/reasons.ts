import type { Reason, ReasonCode } from '../engine.ts';
import type { ContainerState, Pod } from './objects.ts';

/** Makes a reason; the parameters are named with each code of {@link Reason}. */
export function because(code: ReasonCode, detail: string, params: Reason['params'] = {}): Reason {
  return { code, params, detail };
}

/** Words of a kubelet for an image that it cannot get. */
const NO_IMAGE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable'
]);
/** Of a container that cannot be made or started. */
const NO_CONTAINER = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreStartHookError',
  'PostStartHookError'
]);
const NO_START = new Set(['StartError', 'ContainerCannotRun']);

/** Why a pod does not start, as far as its own status tells; undefined where it only takes its time. */
export function startingReason(pod: Pod, node: string): Reason | undefined {
  const { waiting } = stateOf(pod);
  const detail = oneLine(waiting?.message ?? waiting?.reason ?? '');
  if (waiting?.reason !== undefined && NO_IMAGE.has(waiting.reason)) {
    return because('image_unavailable', `${node}: ${detail}`, { node, detail });
  }
  if (waiting?.reason !== undefined && NO_CONTAINER.has(waiting.reason)) {
    return because('sandbox_failed', `${node}: ${detail}`, { node, detail });
  }
  return undefined;
}

/** What a container that ended says of why, where it is more than an exit code. */
export function terminatedReason(
  terminated: NonNullable<ContainerState['terminated']>,
  node: string,
  limitBytes: number | undefined
): Reason | undefined {
  if (terminated.reason === 'OOMKilled') {
    return outOfMemory(node, limitBytes);
  }
  if (terminated.reason !== undefined && NO_START.has(terminated.reason)) {
    const detail = oneLine(terminated.message ?? terminated.reason);
    return because('sandbox_failed', `${node}: ${detail}`, { node, detail });
  }
  return undefined;
}

export function outOfMemory(node: string, limitBytes = 0): Reason {
  return because('out_of_memory', `${node} ran out of memory (${limitBytes} bytes).`, {
    node,
    limitBytes
  });
}

/** That the cluster took a pod away: its machine was emptied or is gone, or somebody more important came. */
export function evicted(node: string, detail: string): Reason {
  return because('node_evicted', `${node} was taken away by the cluster: ${detail}`, {
    node,
    detail
  });
}

export function stateOf(pod: Pod): ContainerState {
  return pod.status?.containerStatuses?.[0]?.state ?? {};
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
