import type { Sentences } from './sentence.ts';

/** Model packages, services and the gateway. */
export const serving = {
  'not-built': {
    status: 409,
    en: '{name} version {number} has not been built.',
    zh: '{name} 第 {number} 版尚未构建。'
  },
  'role-taken': {
    status: 409,
    en: 'The service has a {role} version already.',
    zh: '该服务已有{role}版本。'
  },
  'role-missing': {
    status: 409,
    en: 'The service has no {role} version.',
    zh: '该服务没有{role}版本。'
  },
  'gray-present': { status: 409, en: 'Delete the gray version first.', zh: '请先删除灰度版本。' },
  'build-failed': {
    en: 'The build ended with exit code {exitCode}.',
    zh: '构建以退出码 {exitCode} 结束。'
  },
  'replica-failed': {
    en: 'Replica {replica} ended with exit code {exitCode}.',
    zh: '副本 {replica} 以退出码 {exitCode} 结束。'
  },
  'service-unavailable': {
    status: 503,
    en: 'The service has no replica that is ready.',
    zh: '该服务没有就绪的副本。'
  },
  'backend-failed': {
    status: 502,
    en: 'The replica did not answer: {detail}',
    zh: '副本未响应：{detail}'
  },
  'backend-timeout': {
    status: 504,
    en: 'The replica did not answer in time.',
    zh: '副本响应超时。'
  }
} as const satisfies Sentences;
