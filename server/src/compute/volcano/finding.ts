/** One thing of the cluster that was looked at, in English, for a terminal. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly what: string;
  /** `note` is worth knowing and stops nothing, such as what cannot be told; what is `missing` is not there at all. */
  readonly state: 'ok' | 'note' | 'missing' | 'wrong';
  /** What is so, and where that is not as it should be, what to do about it. */
  readonly detail: string;
}

type Make = (what: string, detail: string) => Finding;

const as =
  (state: Finding['state']): Make =>
  (what, detail) => ({ what, state, detail });

export const ok = as('ok');
export const note = as('note');
export const missing = as('missing');
export const wrong = as('wrong');

/** Whether something needs mending. */
export function isFault({ state }: Finding): boolean {
  return state === 'missing' || state === 'wrong';
}
