import { isApiError } from '../apiError.ts';
import type { GatewayConfig } from '../config.ts';
import { missing, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import type { ClusterObject } from '../objects.ts';
import { getIfThere, looking, type Reader } from './ask.ts';
import { notServed } from './served.ts';

const GATEWAY = 'gateway';

/** `gateway.networking.k8s.io/v1`, as far as it is looked at. */
interface Gateway extends ClusterObject {
  status?: { conditions?: readonly { type: string; status: string; message?: string }[] };
}

/** Whether the way past the companion can be there that is configured. */
export function examineGateway(
  reader: Reader,
  { namespace, name }: GatewayConfig
): Promise<readonly Finding[]> {
  return looking(GATEWAY, 'ask what the API server serves', async () => {
    const { apiVersion, plural } = KINDS.httpRoute;
    if ((await notServed(reader, apiVersion, [plural])).length > 0) {
      return [
        missing(
          GATEWAY,
          `${plural} of ${apiVersion} are not served, so nobody reaches services by cluster.gateway: install the Gateway API, or take the setting away`
        )
      ];
    }
    let found: Gateway | undefined;
    try {
      found = await getIfThere<Gateway>(reader, pathOf(KINDS.gateway, namespace, name));
    } catch (error) {
      if (isApiError(error) && error.forbidden) {
        // The companion does not need to: routes are made without.
        return [ok(GATEWAY, `${plural} of ${apiVersion} are served`)];
      }
      throw error;
    }
    const called = `${namespace}/${name}`;
    if (found === undefined) {
      return [
        missing(GATEWAY, `there is no Gateway ${called}: make it, or correct cluster.gateway`)
      ];
    }
    const fault = found.status?.conditions?.find(
      ({ type, status }) => type === 'Programmed' && status === 'False'
    );
    return [
      fault === undefined
        ? ok(GATEWAY, `there is ${called}`)
        : wrong(GATEWAY, `${called} is not programmed: ${fault.message ?? 'it does not say why'}`)
    ];
  });
}
