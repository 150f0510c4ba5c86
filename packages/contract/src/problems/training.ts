import type { Sentences } from './sentence.ts';

/** Definitions, runs and what the compute engines say. */
export const training = {
  'never-fits': {
    status: 422,
    en: '{resource}: {requested} asked for, {limit} is all there is.',
    zh: '{resource}：申请 {requested}，上限仅为 {limit}。'
  },
  'waits-for-quota': {
    en: 'Waits for {resource}: {requested} asked for, {used} of {limit} in use.',
    zh: '等待 {resource}：申请 {requested}，已用 {used}/{limit}。'
  },
  'waits-for-turn': {
    en: 'Waits for its turn; runs before it: {count}.',
    zh: '前面还有 {count} 个运行在等待。'
  },
  'node-failed': {
    en: 'Node {node} ended with exit code {exitCode}.',
    zh: '节点 {node} 以退出码 {exitCode} 结束。'
  },
  'node-lost': { en: 'Node {node} died: {detail}', zh: '节点 {node} 异常终止：{detail}' },
  'node-unreachable': {
    en: 'Node {node} never answered on ssh within {seconds} s.',
    zh: '节点 {node} 在 {seconds} 秒内未响应 ssh。'
  },
  'command-failed': {
    en: 'The command ended with exit code {exitCode}.',
    zh: '命令以退出码 {exitCode} 结束。'
  },
  'out-of-memory': {
    en: 'Node {node} ran out of memory; its limit is {limitBytes}.',
    zh: '节点 {node} 内存不足；上限为 {limitBytes}。'
  },
  'sandbox-failed': {
    en: 'Node {node} could not be set up: {detail}',
    zh: '节点 {node} 无法创建：{detail}'
  },
  'supervisor-died': {
    en: 'The process that held the nodes was killed, and they ended with it.',
    zh: '管理节点的进程被终止，节点随之结束。'
  },
  'machine-restarted': {
    en: 'The machine was started again meanwhile.',
    zh: '期间机器曾重新启动。'
  },
  stopped: { en: 'Stopped.', zh: '已停止。' },
  'waits-for-room': { en: 'Waits for room: {detail}', zh: '等待空闲资源：{detail}' },
  'engine-unreachable': {
    en: 'The cluster does not answer, and is asked again: {detail}',
    zh: '集群无响应，正在重试：{detail}'
  },
  'waits-in-queue': { en: 'Waits in the queue of the cluster.', zh: '正在集群队列中等待。' },
  'waits-for-machines': {
    en: 'Waits for {resource}: {requested} asked for, {used} in use, {free} free.',
    zh: '等待 {resource}：申请 {requested}，已用 {used}，空闲 {free}。'
  },
  'waits-for-machines-held': {
    en: 'Waits for {resource}: {requested} asked for, {used} in use, {free} free. Held by {held}.',
    zh: '等待 {resource}：申请 {requested}，已用 {used}，空闲 {free}。占用者：{held}。'
  },
  'waits-for-machines-shared': {
    en: 'Waits for {resource}: {requested} asked for, {used} in use, {free} free. Held by {held}, and {others} by others.',
    zh: '等待 {resource}：申请 {requested}，已用 {used}，空闲 {free}。占用者：{held}，另有 {others} 由其他人占用。'
  },
  'waits-for-machines-others': {
    en: 'Waits for {resource}: {requested} asked for, {used} in use, {free} free. Held by others.',
    zh: '等待 {resource}：申请 {requested}，已用 {used}，空闲 {free}。由其他人占用。'
  },
  'image-unavailable': {
    en: 'The image of node {node} cannot be had: {detail}',
    zh: '无法获取节点 {node} 的镜像：{detail}'
  },
  'node-evicted': {
    en: 'The cluster took node {node} away: {detail}',
    zh: '集群收回了节点 {node}：{detail}'
  },
  'run-removed': {
    en: 'Its job was deleted in the cluster.',
    zh: '其作业已在集群中被删除。'
  },
  'run-replaced': {
    en: 'Something else has taken its name in the cluster.',
    zh: '集群中有其他对象占用了它的名称。'
  },
  'set-twice': {
    status: 422,
    en: '“{name}” is chosen twice; a run takes one version of a set.',
    zh: '“{name}”被选择了两次；一次运行只能使用同一集合的一个版本。'
  },
  'variable-reserved': {
    status: 422,
    en: '{name} is set by the platform.',
    zh: '{name} 由平台设置。'
  },
  'run-lost': { en: 'The run is gone: {detail}', zh: '运行已丢失：{detail}' },
  'stopped-by': { en: 'Stopped by {name}.', zh: '由 {name} 停止。' },
  'program-missing': {
    status: 503,
    en: '{program} is not installed. Install it with: {install}',
    zh: '未安装 {program}，请执行：{install}'
  },
  'needs-sandbox': {
    status: 422,
    en: 'This machine cannot isolate nodes, so a run has one node at most.',
    zh: '本机无法隔离节点，因此运行最多只能有一个节点。'
  },
  'placement-excluded': {
    status: 422,
    en: 'The compute spec wants machines with {label} = {wanted}; this installation has only those with {value}.',
    zh: '该算力规格要求机器的 {label} 为 {wanted}，而本平台只使用该标签为 {value} 的机器。'
  },
  'start-failed': { en: 'It could not be started: {detail}', zh: '无法启动：{detail}' },
  'no-checkpoint': {
    status: 409,
    en: 'The run has nothing to continue from.',
    zh: '该运行没有可继续的内容。'
  },
  'nothing-to-save': {
    status: 409,
    en: 'The run left nothing in /workspace/persistent-model.',
    zh: '该运行未在 /workspace/persistent-model 中留下内容。'
  },
  'tensorboard-failed': {
    en: 'TensorBoard did not start: {detail}',
    zh: 'TensorBoard 启动失败：{detail}'
  },
  'run.created': { en: 'Created.', zh: '已创建。' },
  'run.admitted': { en: 'Admitted.', zh: '已准入。' },
  'run.started': { en: 'Started; nodes: {nodes}.', zh: '已在 {nodes} 个节点上启动。' },
  'run.running': { en: 'The command runs.', zh: '命令正在运行。' },
  'run.completed': { en: 'Completed.', zh: '已完成。' },
  'run.stopping': { en: 'Asked to stop by {name}.', zh: '{name} 请求停止。' },
  'run.resumed': { en: 'Resumed as attempt {attempt}.', zh: '以第 {attempt} 次尝试继续。' },
  'run.attached': {
    en: 'Found again after the server was restarted.',
    zh: '服务器重启后已重新接管。'
  },
  'run.preparing': { en: 'Data is being prepared.', zh: '正在准备数据。' },
  'run.model-skipped': {
    en: 'Left out of the model version for their names, such as {path}: {count} in all.',
    zh: '有 {count} 个文件因文件名不合规未保存到模型版本，例如 {path}。'
  },
  'run.model-failed': {
    en: 'The model version could not be saved: {detail}',
    zh: '无法保存模型版本：{detail}'
  },
  'run.model-saved': {
    en: 'Saved as {model} version {number}.',
    zh: '已保存为 {model} 第 {number} 版。'
  }
} as const satisfies Sentences;
