import type { JSX, ReactNode } from 'react';
import type { QueryState } from '../store/query.ts';
import { ErrorState, Loading } from './states.tsx';

/** What a query brought, or that it is coming, or why it did not come. What is known stays while it is asked anew. */
export function Loaded<T>(props: {
  readonly query: QueryState<T> & { reload(): void };
  children(data: T): ReactNode;
}): JSX.Element {
  const { query } = props;
  if (query.data !== undefined) {
    return <>{props.children(query.data)}</>;
  }
  return query.error === undefined ? (
    <Loading />
  ) : (
    <ErrorState error={query.error} retry={query.reload} />
  );
}
