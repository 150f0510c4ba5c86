import type { ITopsTranslation } from '@topsdl/lab';
import { useEffect, useState, type JSX } from 'react';
import { useTops } from '../host.tsx';

/** A length of time for people: `18s`, `3m 12s`, `2h 41m`, `5d 3h`. */
export function formatDuration(
  milliseconds: number,
  { trans }: Pick<ITopsTranslation, 'trans'>
): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) {
    return trans.__('%1s', seconds);
  }
  if (seconds < 3600) {
    return trans.__('%1m %2s', Math.floor(seconds / 60), seconds % 60);
  }
  if (seconds < 86_400) {
    return trans.__('%1h %2m', Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
  }
  return trans.__('%1d %2h', Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600));
}

/** How long ago something was, as short as the user's language has it: `5m ago`, as in the file browser. */
export function formatAgo(
  time: string,
  now: number,
  { locale }: Pick<ITopsTranslation, 'locale'>
): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });
  const seconds = (new Date(time).getTime() - now) / 1000;
  const steps: readonly [number, Intl.RelativeTimeFormatUnit][] = [
    [60, 'second'],
    [3600, 'minute'],
    [86_400, 'hour'],
    [86_400 * 30, 'day'],
    [86_400 * 365, 'month']
  ];
  let size = 1;
  for (const [limit, unit] of steps) {
    if (Math.abs(seconds) < limit) {
      // The clocks of server and browser differ a little: nothing is in the future.
      return format.format(Math.min(0, Math.round(seconds / size)), unit);
    }
    size = limit;
  }
  return format.format(Math.min(0, Math.round(seconds / size)), 'year');
}

/** The exact time, for hovering and for logs. */
export function formatExact(time: string, { locale }: Pick<ITopsTranslation, 'locale'>): string {
  return new Date(time).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The current time, drawn anew every so often. */
export function useNow(every: number, active = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every, active]);
  return now;
}

/** How long ago, with the exact time on hover. */
export function TimeAgo({ time }: { time: string }): JSX.Element {
  const { translation } = useTops();
  const now = useNow(30_000);
  return (
    <time dateTime={time} title={formatExact(time, translation)}>
      {formatAgo(time, now, translation)}
    </time>
  );
}

/** How long something has lasted; it counts while it has no end. */
export function Elapsed({ from, to }: { from: string; to: string | null }): JSX.Element {
  const { translation } = useTops();
  const now = useNow(1000, to === null);
  const end = to === null ? now : new Date(to).getTime();
  return <span>{formatDuration(end - new Date(from).getTime(), translation)}</span>;
}
