import type { Sentences } from './sentence.ts';

/** Problems that any operation can answer with. */
export const kernel = {
  invalid: { status: 400, en: 'Some fields are not valid.', zh: '部分字段无效。' },
  'malformed-json': {
    status: 400,
    en: 'The body is not JSON: {detail}',
    zh: '请求体不是 JSON：{detail}'
  },
  'malformed-request': {
    status: 400,
    en: 'This is not a valid HTTP request.',
    zh: '这不是有效的 HTTP 请求。'
  },
  'bad-cursor': {
    status: 400,
    en: 'The cursor does not belong to this list.',
    zh: '分页游标不属于此列表。'
  },
  'not-signed-in': { status: 401, en: 'Sign in first.', zh: '请先登录。' },
  'sign-in-failed': {
    status: 401,
    en: 'Name or password is not right.',
    zh: '用户名或密码不正确。'
  },
  'wrong-password': {
    status: 403,
    en: 'The current password is not right.',
    zh: '当前密码不正确。'
  },
  'not-allowed': {
    status: 403,
    en: 'You are not allowed to do this.',
    zh: '您没有执行此操作的权限。'
  },
  'csrf-refused': {
    status: 403,
    en: 'The request did not come from this application.',
    zh: '请求并非来自本应用。'
  },
  'builtin-user': {
    status: 403,
    en: 'The built-in administrator is managed where the server is started.',
    zh: '内置管理员须在启动服务器处管理。'
  },
  'own-account': {
    status: 403,
    en: 'Your own password is changed under Account; only another administrator deletes you or takes the administrator’s permission from you.',
    zh: '自己的密码请在“账户”中修改；删除自己或取消自己的管理员权限须由其他管理员操作。'
  },
  'public-read-only': {
    status: 403,
    en: 'Public objects are changed by administrators only.',
    zh: '公共对象只能由管理员修改。'
  },
  'creator-only': {
    status: 403,
    en: 'Only {creator} or an administrator may delete this.',
    zh: '只有创建者 {creator} 或管理员可以删除。'
  },
  'not-found': { status: 404, en: 'There is no such {kind}.', zh: '找不到该对象（{kind}）。' },
  'name-taken': { status: 409, en: '“{name}” exists already.', zh: '“{name}”已存在。' },
  'still-used': { status: 409, en: 'Still used by {users}.', zh: '仍被 {users} 使用。' },
  'not-empty': {
    status: 409,
    en: 'It is not empty yet ({what}: {count}).',
    zh: '其中仍有内容（{what}：{count}）。'
  },
  'wrong-state': {
    status: 409,
    en: 'This cannot be done while it is {state}.',
    zh: '当前状态（{state}）下不能执行此操作。'
  },
  'idempotency-conflict': {
    status: 409,
    en: 'This idempotency key was used for another request.',
    zh: '该幂等键已用于另一个请求。'
  },
  'changed-since': {
    status: 409,
    en: 'Someone else changed it meanwhile. Reload and try again.',
    zh: '内容已被他人修改，请刷新后重试。'
  },
  'too-large': {
    status: 413,
    en: 'Larger than the limit of {limit} bytes.',
    zh: '超过 {limit} 字节的上限。'
  },
  'wrong-content-type': {
    status: 415,
    en: 'Send {expected}.',
    zh: '请以 {expected} 发送。'
  },
  'head-too-large': {
    status: 431,
    en: 'Address and headers are larger than the limit of {limit} bytes.',
    zh: '地址与请求头超过 {limit} 字节的上限。'
  },
  'range-not-satisfiable': {
    status: 416,
    en: 'The file does not have this range.',
    zh: '文件没有所请求的范围。'
  },
  'too-many-tries': {
    status: 429,
    en: 'Too many tries. Wait {seconds} seconds.',
    zh: '尝试次数过多，请等待 {seconds} 秒。'
  },
  internal: {
    status: 500,
    en: 'Something went wrong; the server’s log has it under {reference}.',
    zh: '服务器出错，日志编号 {reference}。'
  },
  'storage-exhausted': {
    status: 409,
    en: 'The project’s storage is used up: {requested} more do not fit into {limit}, of which {used} are used.',
    zh: '项目存储空间不足：还需 {requested}，配额 {limit}，已用 {used}。'
  },
  'disk-full': { status: 507, en: 'There is no space left on the disk.', zh: '磁盘空间不足。' },
  unavailable: { status: 503, en: 'Not available now: {detail}', zh: '暂不可用：{detail}' },
  'method-not-allowed': {
    status: 405,
    en: 'This address does not take {method}.',
    zh: '此地址不支持 {method}。'
  },
  'task-cancelled': { en: 'Cancelled.', zh: '已取消。' },
  'task-interrupted': { en: 'The server stopped while it ran.', zh: '运行期间服务器停止。' },
  'task-failed': { en: 'It failed: {detail}', zh: '执行失败：{detail}' }
} as const satisfies Sentences;
