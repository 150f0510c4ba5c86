/** An answer, as far as it has come. */
export interface Answer {
  readonly status: number;
  /** Which version answered; null where none did. */
  readonly role: 'production' | 'gray' | null;
  readonly milliseconds: number;
  readonly type: string;
  /** The beginning of what it says, as text. */
  readonly text: string;
}

/** Characters of an answer that are shown; the rest is said to be there. */
const SHOWN = 64 * 1024;

/**
 * Sends a request to a service.
 *
 * @param onAnswer called with the head, and again whenever more has come: an answer may take its time,
 *   or never end
 */
export async function tryService(
  address: string,
  init: RequestInit,
  onAnswer: (answer: Answer) => void
): Promise<void> {
  const began = performance.now();
  const response = await fetch(address, init);
  const role = response.headers.get('X-TopsDL-Version');
  const answer = (text: string): Answer => ({
    status: response.status,
    role: role === 'gray' || role === 'production' ? role : null,
    milliseconds: performance.now() - began,
    type: response.headers.get('Content-Type') ?? '',
    text
  });
  onAnswer(answer(''));
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = '';
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    if (text.length <= SHOWN) {
      text += decoder.decode(piece.value, { stream: true });
      onAnswer(answer(shortened(text)));
    }
  }
  onAnswer(answer(text.length > SHOWN ? shortened(text) : pretty(text)));
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n…` : text;
}

/** JSON laid out; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
