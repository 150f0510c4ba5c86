import type { IDisposable } from '@lumino/disposable';

/**
 * Keeps the focus inside of a panel: what is taken off the screen while it has the focus, such as the
 * button of a step that is done, would leave it nowhere, and the panel's keys without effect.
 *
 * @param node the panel, which can have the focus itself
 */
export function keepFocus(node: HTMLElement): IDisposable {
  let last: Element | null = null;
  let around: readonly Element[] = [];
  const onFocus = (event: FocusEvent) => {
    last = event.target instanceof Element ? event.target : null;
    around = [];
    for (let outer = last?.parentElement; outer && outer !== node; outer = outer.parentElement) {
      around = [...around, outer];
    }
  };
  // Browsers say so of what is taken away, too: only what is still there was left on purpose.
  const onBlur = () => {
    const left = last;
    queueMicrotask(() => {
      if (last === left && left?.isConnected) {
        last = null;
      }
    });
  };
  const observer = new MutationObserver(() => {
    if (last && !last.isConnected && document.activeElement === document.body) {
      last = null;
      const place = around.find(outer => outer.isConnected)?.closest<HTMLElement>('[tabindex]');
      (place && node.contains(place) ? place : node).focus({ preventScroll: true });
    }
  });
  node.addEventListener('focusin', onFocus);
  node.addEventListener('focusout', onBlur);
  observer.observe(node, { childList: true, subtree: true });
  let isDisposed = false;
  return {
    get isDisposed() {
      return isDisposed;
    },
    dispose() {
      isDisposed = true;
      observer.disconnect();
      node.removeEventListener('focusin', onFocus);
      node.removeEventListener('focusout', onBlur);
    }
  };
}
