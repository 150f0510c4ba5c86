import type { Holder } from '@topsdl/contract';

/** How much of a resource something holds or asks for. */
export function amountOf(holder: Holder, resource: string): number {
  switch (resource) {
    case 'cpu':
      return holder.cpu;
    case 'memory':
      return holder.memoryBytes;
    default:
      return resource === `requests.${holder.cardResource}` ? holder.cards : 0;
  }
}
