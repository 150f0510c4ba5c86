import type { PanelProps } from '@topsdl/lab';
import { Frame, useTops } from '@topsdl/ui';
import { useEffect, type JSX } from 'react';

/** A model file in Netron; the panel's arguments are the file's address and name. */
export default function NetronPanel({ panel, args }: PanelProps): JSX.Element {
  const { client } = useTops();
  const name = String(args['name']);
  useEffect(() => panel.setTitle(name), [panel, name]);
  // Netron puts a parameter of its own behind every address; in the fragment it stays in the browser.
  const query = new URLSearchParams({ url: `${String(args['url'])}#`, identifier: name });
  return <Frame sameOrigin title={name} src={`${client.baseUrl}netron/index.html?${query}`} />;
}
