import type { ClusterApi } from '../../../src/compute/volcano/client.ts';
import type { Finding } from '../../../src/compute/volcano/finding.ts';
import { ApiServer } from './apiServer.ts';

/** State and words of findings, for comparison. */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(({ state, what, detail }) => `${state} ${what}: ${detail}`);
}

/** Gives a server of the API, and a client of it, for the time of a look. */
export async function withServer(
  look: (server: ApiServer, api: ClusterApi) => Promise<void>
): Promise<void> {
  const server = await ApiServer.start();
  const api = server.client();
  try {
    await look(server, api);
  } finally {
    await api.close();
    await server.dispose();
  }
}
