/**
 * The one jest preset: TypeScript and the ES modules among our dependencies pass through swc, and
 * workspace packages resolve to their sources, so that a test needs no build.
 */
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx: true, explicitResourceManagement: true },
      transform: { react: { runtime: 'automatic' } },
      target: 'es2023'
    },
    module: { type: 'commonjs' }
  }
];

export default {
  testEnvironment: 'node',
  testEnvironmentOptions: {
    customExportConditions: ['topsdl-source', 'node', 'require', 'default']
  },
  transform: { '\\.([cm]?[jt]sx?)$': swc },
  // Packages that ship ES modules only, and the JupyterLab family.
  transformIgnorePatterns: [
    '/node_modules/(?!(@jupyterlab|@jupyter|@lumino|@microsoft|exenv-es6|lib0|y-protocols|vscode-ws-jsonrpc|smol-toml|nanoid|@kubernetes|openid-client|oauth4webapi|jose|socks-proxy-agent|agent-base)/)'
  ],
  moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/packages/testing/style-stub.cjs' },
  modulePathIgnorePatterns: ['/lib/', '/python/', '/.cache/', '/dist/'],
  testPathIgnorePatterns: ['/node_modules/', '/ui-tests/', '/lib/']
};
