/** What JupyterLab's packages ask of a browser when they are loaded, and jsdom does not have. */
class Quiet {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

Object.assign(globalThis, {
  DragEvent: class extends MouseEvent {},
  ResizeObserver: Quiet,
  IntersectionObserver: Quiet,
  matchMedia: (media: string) => ({ media, matches: false, addEventListener: () => undefined }),
  // React then runs effects inside `act` only, as tests want it.
  IS_REACT_ACT_ENVIRONMENT: true
});

Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.resolve() } });
