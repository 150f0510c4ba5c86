import { describeLoadFault } from '@topsdl/lab';
import { Component, useEffect, type ErrorInfo, type JSX, type ReactNode } from 'react';
import { useTops } from '../host.tsx';
import { ErrorState } from './states.tsx';

/** Keeps a fault in one panel or section from taking the others with it; whoever tries again begins anew. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? (
      this.props.children
    ) : (
      <Fault error={error} retry={() => this.setState({ error: undefined })} />
    );
  }
}

/** What could not be loaded for want of a connection is tried again when there is one. */
function Fault(props: { error: unknown; retry: () => void }): JSX.Element {
  const { error, retry } = props;
  const { events, trans } = useTops();
  const unloaded = describeLoadFault(trans, error) !== null;
  useEffect(() => {
    if (!unloaded) {
      return undefined;
    }
    const changed = () => {
      if (events.status === 'open') {
        retry();
      }
    };
    events.statusChanged.connect(changed);
    return () => {
      events.statusChanged.disconnect(changed);
    };
  }, [unloaded, events, retry]);
  return <ErrorState error={error} retry={retry} />;
}
