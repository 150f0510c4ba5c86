export * from './companion.ts';
export * from './socket.ts';
