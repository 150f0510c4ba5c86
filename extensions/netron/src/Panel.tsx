import type { Contents } from '@jupyterlab/services';
import type { PanelProps } from '@topsdl/lab';
import { ErrorState, Frame, Loading, useTops } from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';

/**
 * A model file in Netron. The panel's arguments are a path of JupyterLab's, or an address, and the
 * file's name.
 *
 * @param contents knows where a path's bytes are, on this origin: they do not leave the machine
 */
export function makePanel(contents: Pick<Contents.IManager, 'getDownloadUrl'>) {
  return function NetronPanel({ panel, args }: PanelProps): JSX.Element {
    const { client } = useTops();
    const name = String(args['name']);
    const path = args['path'];
    const [url, setUrl] = useState(args['url'] === undefined ? undefined : String(args['url']));
    const [error, setError] = useState<unknown>(undefined);
    useEffect(() => panel.setTitle(name), [panel, name]);
    useEffect(() => {
      if (path !== undefined) {
        // Asked for each time: the address may hold a token that lasts no longer than the page.
        contents.getDownloadUrl(String(path)).then(setUrl, setError);
      }
    }, [path]);
    if (error !== undefined) {
      return <ErrorState error={error} />;
    }
    if (url === undefined) {
      return <Loading />;
    }
    // Netron puts a parameter of its own behind every address; in the fragment it stays in the browser.
    const query = new URLSearchParams({ url: `${url}#`, identifier: name });
    return <Frame sameOrigin title={name} src={`${client.baseUrl}netron/index.html?${query}`} />;
  };
}
