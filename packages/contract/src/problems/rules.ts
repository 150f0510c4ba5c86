import type { Sentences } from './sentence.ts';

/** What a field's rule says, under the `error` of its zod schema. */
export const rules = {
  'rule.name': {
    en: '1–50 characters, not blank, none of / : * ? " < > | \' \\',
    zh: '1–50 个字符，不能全为空白，且不能包含 / : * ? " < > | \' \\'
  },
  'rule.description': { en: 'At most 500 characters.', zh: '最多 500 个字符。' },
  'rule.command': { en: '1–3000 characters, not blank.', zh: '1–3000 个字符，不能为空白。' },
  'rule.password': { en: '6–16 characters.', zh: '6–16 个字符。' },
  'rule.email': { en: 'Not an e-mail address.', zh: '不是有效的邮箱地址。' },
  'rule.variableName': {
    en: 'Letters, digits and _, not beginning with a digit.',
    zh: '只能包含字母、数字和 _，且不能以数字开头。'
  },
  'rule.value': { en: 'At most 500 characters.', zh: '最多 500 个字符。' },
  'rule.quantity': {
    en: 'A quantity such as 48, 500m or 128Gi.',
    zh: '数量格式如 48、500m 或 128Gi。'
  },
  'rule.size': { en: 'A size such as 16Gi or 512Mi.', zh: '大小格式如 16Gi 或 512Mi。' },
  'rule.wholeQuantity': { en: 'Cards are whole: such as 4.', zh: '卡数须为整数，例如 4。' },
  'rule.resourceName': {
    en: 'A resource such as cpu, memory or requests.enflame.com/dtu.',
    zh: '资源名如 cpu、memory 或 requests.enflame.com/dtu。'
  },
  'rule.cardResource': {
    en: 'A resource with its domain, such as enflame.com/dtu.',
    zh: '带域名的资源名，例如 enflame.com/dtu。'
  },
  'rule.labelName': {
    en: 'A name of a label such as enflame.com/card: up to 63 letters, digits, -, _ and ., after a domain and / where it has one.',
    zh: '标签名如 enflame.com/card：最多 63 个字母、数字、-、_ 或 .，之前可带域名和 /。'
  },
  'rule.labelValue': {
    en: 'The value of a label: up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit.',
    zh: '标签值最多 63 个字母、数字、-、_ 或 .，且首尾须为字母或数字。'
  },
  'rule.tolerationKey': {
    en: 'Required, unless every taint is tolerated: that is Exists without a key.',
    zh: '必填；若要容忍所有污点，请使用 Exists 且不填键。'
  },
  'rule.tolerationValue': { en: 'Exists takes no value.', zh: 'Exists 不带值。' },
  'rule.color': { en: 'A colour as #rrggbb.', zh: '颜色格式为 #rrggbb。' },
  'rule.filePath': {
    en: 'A relative path without . or .. parts.',
    zh: '相对路径，且不能包含 . 或 .. 部分。'
  },
  'rule.fileNameLength': {
    en: 'The name is too long: 255 bytes at most, which are 85 Chinese characters.',
    zh: '名称过长：最多 255 字节，即 85 个汉字。'
  },
  'rule.id': { en: 'Not an id.', zh: '不是有效的 ID。' },
  'rule.shortcut': { en: 'One digit.', zh: '一位数字。' },
  'rule.requirement': {
    en: 'A package by name and version only, such as pandas==1.4.0.',
    zh: '只能是包名与版本，例如 pandas==1.4.0。'
  },
  'rule.required': { en: 'Required.', zh: '必填。' },
  'rule.unknownField': { en: 'Unknown field.', zh: '未知字段。' },
  'rule.type': { en: 'Should be {expected}.', zh: '应为{expected}。' },
  'rule.minimum': { en: 'At least {limit}.', zh: '不能小于 {limit}。' },
  'rule.maximum': { en: 'At most {limit}.', zh: '不能大于 {limit}。' },
  'rule.multiple': { en: 'A multiple of {step}.', zh: '应为 {step} 的倍数。' },
  'rule.tooShort': { en: 'Too few characters: at least {limit}.', zh: '至少 {limit} 个字符。' },
  'rule.tooLong': { en: 'Too many characters: at most {limit}.', zh: '最多 {limit} 个字符。' },
  'rule.tooFew': { en: 'Too few entries: at least {limit}.', zh: '至少 {limit} 项。' },
  'rule.tooMany': { en: 'Too many entries: at most {limit}.', zh: '最多 {limit} 项。' },
  'rule.choice': { en: 'One of {values}.', zh: '可选值：{values}。' },
  'rule.format': { en: 'Not in the right form.', zh: '格式不正确。' }
} as const satisfies Sentences;
