import type { PanelProps, TopsServices } from '@topsdl/lab';
import { ErrorState, Frame, hostOf, HostProvider, useTops } from '@topsdl/ui';
import { useEffect, type JSX } from 'react';

/** A model file at an address of this origin; the panel's arguments are the address and the file's name. */
export default function NetronPanel({ panel, args }: PanelProps): JSX.Element {
  const name = String(args['name']);
  useEffect(() => panel.setTitle(name), [panel, name]);
  return <Netron url={String(args['url'])} name={name} />;
}

function Netron({ url, name }: { url: string; name: string }): JSX.Element {
  const { client } = useTops();
  // Netron puts a parameter of its own behind every address; in the fragment it stays in the browser.
  const query = new URLSearchParams({ url: `${url}#`, identifier: name });
  return <Frame sameOrigin title={name} src={`${client.baseUrl}netron/index.html?${query}`} />;
}

/**
 * A file of JupyterLab's in Netron. Its address is asked for each time: it may hold a token that lasts no
 * longer than the page.
 */
export async function drawFile(services: TopsServices, path: string): Promise<JSX.Element> {
  const host = hostOf(services, await services.api.client());
  try {
    const url = await services.contents.getDownloadUrl(path);
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.indexOf(':')) + 1);
    return (
      <HostProvider host={host}>
        <Netron url={url} name={name} />
      </HostProvider>
    );
  } catch (error) {
    return (
      <HostProvider host={host}>
        <ErrorState error={error} />
      </HostProvider>
    );
  }
}
