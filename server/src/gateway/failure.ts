/** How far a request came on a connection that failed. */
export interface Failure {
  /** For people; nothing of the request or the response is in it. */
  readonly reason: string;
  /** No program can have acted on the request: it may be sent again, whatever its method. */
  readonly unseen: boolean;
  /** The connection had carried a request before, so that it may just have been closed as idle. */
  readonly stale: boolean;
  /** The replica could not be reached at all. */
  readonly unreachable: boolean;
  readonly timedOut: boolean;
}
