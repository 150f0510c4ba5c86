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
    status: 404,
    en: 'The label belongs to another dataset.',
    zh: '该标签属于其他数据集。'
  },
  'image-foreign': {
    status: 404,
    en: 'The image belongs to another version.',
    zh: '该图片属于其他版本。'
  },
  'image-twice': {
    status: 400,
    en: 'The image is there twice.',
    zh: '同一图片出现了两次。'
  },
  'too-many-labels': {
    status: 400,
    en: 'An image of a classification dataset carries one label.',
    zh: '分类数据集的图片只能有一个标签。'
  },
  'shortcut-taken': {
    status: 409,
    en: 'Key {key} sets “{name}”.',
    zh: '按键 {key} 已用于“{name}”。'
  },
  'picture-damaged': {
    status: 422,
    en: 'The picture is damaged and cannot be shown.',
    zh: '图片已损坏，无法显示。'
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
  },

  'archive.empty': { status: 422, en: '“{name}” is empty.', zh: '“{name}”是空文件。' },
  'archive.unknown': {
    status: 422,
    en: '“{name}” is no zip, tar or tar.gz archive.',
    zh: '“{name}”不是 zip、tar 或 tar.gz 压缩包。'
  },
  'archive.unsupported': {
    status: 422,
    en: '“{name}” cannot be read, as it is {found}; use zip, tar or tar.gz.',
    zh: '无法读取“{name}”（{found} 格式），请使用 zip、tar 或 tar.gz。'
  },
  'archive.encrypted': {
    status: 422,
    en: '“{name}” is encrypted.',
    zh: '“{name}”已加密。'
  },
  'archive.damaged': {
    status: 422,
    en: '“{name}” is damaged.',
    zh: '“{name}”已损坏。'
  },
  'archive.truncated': {
    status: 422,
    en: '“{name}” ends too early; it was not copied whole.',
    zh: '“{name}”不完整，结尾缺失。'
  },
  'archive.overlap': {
    status: 422,
    en: '“{name}” is refused: its entries overlap, as in an archive bomb.',
    zh: '已拒绝“{name}”：条目相互重叠，疑似压缩炸弹。'
  },
  'archive.ratio': {
    status: 422,
    en: '“{name}” is refused: it unpacks to too many times its size, as an archive bomb does.',
    zh: '已拒绝“{name}”：解压后体积膨胀过大，疑似压缩炸弹。'
  },
  'archive.unpacked': {
    status: 422,
    en: '“{name}” is refused: it unpacks to more than is allowed.',
    zh: '已拒绝“{name}”：解压后的大小超出限制。'
  },
  'archive.entries': {
    status: 422,
    en: '“{name}” is refused: it has too many entries.',
    zh: '已拒绝“{name}”：条目过多。'
  },
  'archive.names': {
    status: 422,
    en: '“{name}” is refused: its entries’ names are too long altogether.',
    zh: '已拒绝“{name}”：条目名称总长度超出限制。'
  },
  'archive.size': {
    status: 422,
    en: '“{name}” is larger than 5 GiB.',
    zh: '“{name}”超过 5 GiB。'
  },

  'entry.present': {
    en: 'The same picture is there already, as “{name}”.',
    zh: '同一图片已存在，名为“{name}”。'
  },
  'entry.presentLabeled': {
    en: 'The same picture is there already, as “{name}” with the label “{label}”.',
    zh: '同一图片已存在，名为“{name}”，标签为“{label}”。'
  },
  'entry.presentGained': {
    en: 'The same picture is there already, as “{name}”, and had no label: it gets “{label}”.',
    zh: '同一图片已存在，名为“{name}”，原先没有标签，将标注为“{label}”。'
  },
  'entry.escape': {
    en: 'The path leads out of the archive’s folder.',
    zh: '路径指向压缩包目录之外。'
  },
  'entry.name': { en: 'The path cannot be a file’s path.', zh: '路径不是有效的文件路径。' },
  'entry.nameLength': { en: 'The path is too long.', zh: '路径过长。' },
  'entry.link': { en: 'A link.', zh: '这是链接。' },
  'entry.special': {
    en: 'Neither a file nor a folder.',
    zh: '既不是文件也不是文件夹。'
  },
  'entry.duplicate': {
    en: 'An entry of this path was there before.',
    zh: '此路径的条目重复出现。'
  },
  'entry.mismatch': {
    en: 'The archive says different things about this entry.',
    zh: '压缩包对该条目的描述前后矛盾。'
  },
  'entry.method': {
    en: 'Packed by a method that cannot be read.',
    zh: '采用了无法读取的压缩方式。'
  },
  'entry.bomb': {
    en: 'Unpacks to more than {limit} times its size, as an archive bomb does.',
    zh: '解压后超过自身大小的 {limit} 倍，疑似压缩炸弹。'
  },
  'entry.tooLarge': {
    en: 'Larger than the limit of {limit} bytes.',
    zh: '超过 {limit} 字节的上限。'
  },
  'entry.damaged': { en: 'Its packed data is damaged.', zh: '压缩数据已损坏。' },
  'entry.checksum': {
    en: 'Its checksum does not match.',
    zh: '校验和不匹配。'
  },
  'entry.empty': { en: 'An empty file.', zh: '空文件。' },
  'entry.extension': {
    en: 'Its name does not end in .jpg, .jpeg or .png.',
    zh: '文件名不以 .jpg、.jpeg 或 .png 结尾。'
  },
  'entry.format': {
    en: 'Its name says {expected}, its content is {found}.',
    zh: '文件名表示 {expected}，实际内容为 {found}。'
  },
  'entry.notImage': {
    en: 'Not a JPEG or PNG picture, but {found}.',
    zh: '不是 JPEG 或 PNG 图片（实际内容：{found}）。'
  },
  'entry.truncated': {
    en: 'The picture ends too early.',
    zh: '图片不完整，结尾缺失。'
  },
  'entry.damagedImage': { en: 'The picture is damaged.', zh: '图片已损坏。' },
  'entry.pixels': {
    en: 'The picture has too many pixels: {width} × {height}.',
    zh: '图片像素过多：{width} × {height}。'
  },
  'entry.labelName': {
    en: 'The folder’s name cannot be a label.',
    zh: '文件夹名称不能作为标签。'
  }
} as const satisfies Sentences;
