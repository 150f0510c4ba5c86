import type { Sentences } from './sentence.ts';

/** Algorithm and model sets and their files. */
export const sets = {
  'version-sealed': {
    status: 403,
    en: 'Version {number} is sealed; make a new version from it.',
    zh: '第 {number} 版已封存，请基于它新建版本。'
  },
  'file-exists': { status: 409, en: '“{path}” exists already.', zh: '“{path}”已存在。' },
  'file-not-found': { status: 404, en: 'There is no “{path}”.', zh: '找不到“{path}”。' },
  'not-a-directory': { status: 409, en: '“{path}” is not a directory.', zh: '“{path}”不是目录。' },
  'is-a-directory': { status: 409, en: '“{path}” is a directory.', zh: '“{path}”是目录。' }
} as const satisfies Sentences;
