import { useCallback, useEffect, useState } from 'react';
import { useTops } from './host.tsx';

const PREFIX = 'topsdl:ui:';

/** What a person chose, kept in the browser by user; not for anything that matters elsewhere. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) {
      window.localStorage.removeItem(PREFIX + name);
    } else {
      window.localStorage.setItem(PREFIX + name, JSON.stringify(value));
    }
  } catch {
    // The browser keeps nothing, or is full: the choice lasts as long as the page.
  }
}

/** What was kept under a name, or the fallback. */
export function kept<T>(name: string, fallback: T): T {
  try {
    const text = window.localStorage.getItem(PREFIX + name);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** State that is still there after a reload. */
export function useKept<T>(name: string, fallback: T): [T, (value: T) => void] {
  const { session } = useTops();
  const key = `${session.session?.user.id ?? ''}:${name}`;
  const [value, setValue] = useState(() => kept(key, fallback));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      keep(key, next);
    },
    [key]
  );
  return [value, set];
}

/** A value once it has rested for a while, for searching as one types. */
export function useDelayed<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
