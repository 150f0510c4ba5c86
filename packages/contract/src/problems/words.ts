type Word = readonly [en: string, zh: string];

/** What sentences call the objects, states and roles that the code names, by the parameter that has the name. */
const words: Readonly<Record<string, Readonly<Record<string, Word>>>> = {
  kind: {
    address: ['address', '地址'],
    algorithm: ['algorithm set', '算法集'],
    'algorithm-version': ['algorithm version', '算法版本'],
    'compute-spec': ['compute spec', '算力规格'],
    dataset: ['dataset', '数据集'],
    'dataset-version': ['dataset version', '数据集版本'],
    export: ['export', '导出'],
    image: ['image', '图片'],
    import: ['import', '导入'],
    label: ['label', '标签'],
    model: ['model set', '模型集'],
    'model-version': ['model version', '模型版本'],
    package: ['package', '模型包'],
    'package-version': ['package version', '模型包版本'],
    project: ['project', '项目'],
    service: ['service', '服务'],
    task: ['task', '任务'],
    tensorboard: ['TensorBoard', 'TensorBoard'],
    token: ['token', '令牌'],
    topic: ['topic', '主题'],
    training: ['training', '训练'],
    'training-run': ['run', '训练运行'],
    upload: ['upload', '上传'],
    user: ['user', '用户']
  },
  what: {
    runs: ['runs', '运行'],
    versions: ['versions', '版本']
  },
  // What a value should have been, as zod calls it.
  expected: {
    string: ['text', '文本'],
    number: ['a number', '数字'],
    int: ['a whole number', '整数'],
    boolean: ['true or false', '布尔值（true 或 false）'],
    array: ['a list', '列表'],
    object: ['an object', '对象'],
    record: ['an object', '对象']
  },
  // What a file was found to be; names of formats are the same in every language.
  found: {
    'multi-volume zip': ['multi-volume zip', '分卷 zip'],
    text: ['text', '文本'],
    '?': ['something unknown', '未知内容']
  },
  role: {
    production: ['production', '生产'],
    gray: ['gray', '灰度']
  },
  state: {
    pending: ['pending', '等待中'],
    starting: ['starting', '启动中'],
    running: ['running', '运行中'],
    stopping: ['stopping', '停止中'],
    stopped: ['stopped', '已停止'],
    completed: ['completed', '已完成'],
    failed: ['failed', '失败'],
    lost: ['lost', '已丢失'],
    building: ['being built', '构建中'],
    importing: ['being imported', '导入中'],
    queued: ['queued', '排队中'],
    cancelled: ['cancelled', '已取消']
  }
};

/** What a sentence says for a value; the value itself where it is no word of the code's. */
export function wordOf(parameter: string, value: string, language: 'en' | 'zh'): string {
  const known = Object.hasOwn(words, parameter) ? words[parameter] : undefined;
  const word = known && Object.hasOwn(known, value) ? known[value] : undefined;
  return word === undefined ? value : word[language === 'zh' ? 1 : 0];
}
