export { createClient, type CallOptions, type Client, type ClientOptions } from './client.ts';
export { ConnectionError, ProblemError } from './errors.ts';
export { upload, type UploadOptions } from './upload.ts';
