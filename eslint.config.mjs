import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const jupyterPackages = ['@jupyterlab/*', '@jupyterlab/*/**', '@lumino/*', '@jupyter/*'];
const anotherExtension = {
  group: ['@topsdl/*-extension', '@topsdl/*-extension/**'],
  message: 'An extension never imports an extension: go through commands, tokens and events.'
};
const generatedPlaces = {
  group: ['@topsdl/*/lib/**', '@topsdl/*/src/**'],
  message: 'Import what a package exports, not its insides.'
};

/** Names, units and examples: the same in every language. */
const SAME_EVERYWHERE =
  /^(CPU|IB|RoCE|JSON|GET|POST|Del|TopsDL|Netron|TensorBoard|v|ms|mpirun|\S*[/\d·…-]\S*)$/;

/** The rule on untranslated strings, which knows no exceptions of its own. */
const untranslatedWords = {
  ...jupyter.rules['no-untranslated-string'],
  create(context) {
    const ignoresNames = Object.create(context, {
      report: {
        value(descriptor) {
          const { node } = descriptor;
          const text = context.sourceCode.getText(node.value?.range ? node.value : node);
          const literals = [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, a, b]) => a ?? b);
          const words = (literals.length > 0 ? literals.join(' ') : text)
            .split(/\s+/)
            .filter(Boolean);
          if (!words.every(word => SAME_EVERYWHERE.test(word))) {
            context.report(descriptor);
          }
        }
      }
    });
    return jupyter.rules['no-untranslated-string'].create(ignoresNames);
  }
};

/** A wall: what the files may not import, with the reason that a developer reads. */
function wall(files, ...patterns) {
  return {
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [generatedPlaces, ...patterns] }] }
  };
}
const noJupyter = {
  group: [...jupyterPackages, 'react', 'react-dom'],
  message: 'This package works without JupyterLab and without a page.'
};
const noOwn = (allowed = []) => ({
  group: ['@topsdl/*', ...allowed.map(name => `!@topsdl/${name}`)],
  message: 'The arrows go one way; see docs/architecture.md.'
});
const noServer = {
  group: ['@topsdl/server', '@topsdl/formats', 'node:*'],
  message: 'The panels run in a browser and know the companion by its API.'
};
const noKubernetes = {
  group: ['@kubernetes/*'],
  message: 'One file alone speaks to Kubernetes.'
};

export default defineConfig(
  globalIgnores([
    '**/lib/',
    '**/node_modules/',
    '**/generated/',
    '.venv/',
    '.cache/',
    'dist/',
    'build/',
    'python/',
    'server/migrations/',
    '**/test-results/',
    '**/playwright-report/',
    '**/*.cjs'
  ]),
  tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }
      ],
      // Bounds are checked by the compiler (noUncheckedIndexedAccess); `!` states what was just tested.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Namespaces of constants and of pure functions read well; classes of statics are not used.
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }]
    }
  },
  {
    // What only types can tell: a promise that nobody waits for hides its failure.
    files: ['packages/*/src/**/*.{ts,tsx}', 'extensions/*/src/**/*.{ts,tsx}', 'server/src/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, arguments: false, properties: false } }
      ],
      '@typescript-eslint/await-thenable': 'error'
    }
  },
  {
    files: ['extensions/*/src/**/*.{ts,tsx}', 'packages/{lab,ui}/src/**/*.{ts,tsx}'],
    plugins: { jupyter, topsdl: { rules: { 'untranslated-words': untranslatedWords } } },
    rules: {
      'jupyter/plugin-activation-args': 'error',
      'jupyter/plugin-description': 'error',
      'jupyter/plugin-id-convention': 'error',
      'jupyter/command-id-convention': 'error',
      'jupyter/token-format': 'error',
      'topsdl/untranslated-words': 'error',
      'jupyter/no-translation-concatenation': 'error',
      'jupyter/no-dynamic-translation': 'error',
      'jupyter/incorrect-translator-usage': 'error',
      'jupyter/no-pageconfig-base-url': 'error',
      'jupyter/require-signal-this-arg': 'error'
    }
  },
  wall(
    ['packages/contract/src/**'],
    noJupyter,
    { group: ['node:*'], message: 'The contract runs in browsers, too.' },
    noOwn()
  ),
  wall(['packages/client/src/**'], noJupyter, noOwn(['contract'])),
  wall(['packages/annotator/src/**'], noJupyter, noOwn(), {
    group: ['node:*'],
    message: 'The canvas engine runs in a page.'
  }),
  wall(['packages/formats/src/**'], noJupyter, noOwn(['contract'])),
  wall(['packages/lab/src/**'], noServer, noOwn(['contract', 'client'])),
  wall(['packages/ui/src/**'], noServer, noOwn(['contract', 'client', 'lab'])),
  wall(['extensions/*/src/**'], noServer, anotherExtension),
  wall(['server/src/**'], noJupyter, noKubernetes, noOwn(['contract', 'client', 'formats'])),
  wall(['server/src/compute/volcano/client.ts'], noJupyter, noOwn(['contract'])),
  {
    files: ['**/test/**', 'ui-tests/**', 'benchmarks/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' }
  },
  prettier
);
