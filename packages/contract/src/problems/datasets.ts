import type { Sentences } from './sentence.ts';

/** Datasets, uploads, imports and labels; `entry.*` are reasons why one entry was not taken, `archive.*` why none was. */
export const datasets = {
  'upload-offset': { status: 409, en: 'The upload is at {offset}.', zh: '上传位置为 {offset}。' },
  'upload-incomplete': {
    status: 409,
    en: '“{name}” has not been uploaded whole.',
    zh: '“{name}”尚未上传完整。'
  },
  'archive-too-large': {
    status: 413,
    en: '“{name}” is larger than 5 GiB.',
    zh: '“{name}”超过 5 GiB。'
  },
  'version-busy': { status: 409, en: 'The version is busy: {kind}.', zh: '该版本正忙：{kind}。' },
  'annotation-conflict': {
    status: 409,
    en: '{count} of the images were changed by someone else.',
    zh: '{count} 张图片已被他人修改。'
  },
  'label-used': {
    status: 409,
    en: '“{name}” is on {count} images.',
    zh: '“{name}”已用于 {count} 张图片。'
  },
  'label-foreign': {
    status: 400,
    en: 'The label belongs to another dataset.',
    zh: '该标签属于其他数据集。'
  },
  'image-foreign': {
    status: 400,
    en: 'The image belongs to another version.',
    zh: '该图片属于其他版本。'
  },
  'nothing-labeled': {
    status: 409,
    en: 'The version has no labeled images.',
    zh: '该版本没有已标注的图片。'
  },
  'export-not-ready': {
    status: 409,
    en: 'The export has not been generated.',
    zh: '导出数据尚未生成。'
  }
} as const satisfies Sentences;
