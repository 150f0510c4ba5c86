/**
 * What a browser may do with a page that a service answers with, as header fields. Services share an origin, the platform's own or one
 * of theirs, so a page gets an origin to itself: its scripts run, but see neither cookies nor what another service keeps there.
 */
export const ISOLATION = {
  'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups allow-downloads',
  'x-content-type-options': 'nosniff'
} as const;
