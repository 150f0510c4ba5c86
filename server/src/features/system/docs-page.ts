interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly [key: string]: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Media {
  /** A stream of events has no schema. */
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Described extends Media {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Media;
  readonly responses: Readonly<Record<string, Media>>;
  readonly 'x-access': { scope: string; anyOf?: readonly string[] };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The page's style, in both colour schemes. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
nav { columns: 14rem; margin: 1rem 0; }
nav a { display: block; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
details { margin: .4rem 0; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px; }
summary { padding: .45rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
details > div { padding: 0 .9rem .8rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow: auto; max-height: 24rem; padding: .6rem; background: color-mix(in srgb, currentColor 7%, transparent); border-radius: 6px; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 600; }
.about { opacity: .75; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; }
`;

/** The API's description as one page of HTML. @param document of `openapi()` */
export function renderDocs(document: unknown, version: string): string {
  const { paths, components } = document as Document;
  const byFeature = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const feature = operation.tags[0] ?? '';
      const entries = byFeature.get(feature) ?? [];
      entries.push(renderOperation(path, method, operation));
      byFeature.set(feature, entries);
    }
  }
  const features = [...byFeature.keys()].sort();
  const schemas = Object.entries(components.schemas)
    .map(
      ([name, schema]) =>
        `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary><div>${renderSchema(schema)}</div></details>`
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>TopsDL API ${escape(version)}</title>
<link rel="stylesheet" href="docs/style.css">
</head>
<body>
<h1>TopsDL API</h1>
<p>Version ${escape(version)}. The same as a document for programs: <a href="openapi.json">openapi.json</a>.
Send a session or a personal access token as <code>Authorization: Bearer …</code>. What goes wrong is
answered with problem details (RFC 9457): a stable <code>code</code>, its <code>params</code>, the <code>field</code> at fault.</p>
<nav>${features.map(name => `<a href="#${escape(name)}">${escape(name)}</a>`).join('')}<a href="#schemas">schemas</a></nav>
${features.map(name => `<h2 id="${escape(name)}">${escape(name)}</h2>\n${byFeature.get(name)?.join('\n') ?? ''}`).join('\n')}
<h2 id="schemas">schemas</h2>
${schemas}
</body>
</html>
`;
}

function renderOperation(path: string, method: string, operation: Described): string {
  const { scope, anyOf } = operation['x-access'];
  const parameters = operation.parameters
    .map(
      parameter =>
        `<tr><td><code>${escape(parameter.name)}</code></td><td>${escape(parameter.in)}${parameter.required ? ', required' : ''}</td><td>${renderSchema(parameter.schema)}</td></tr>`
    )
    .join('');
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status !== 'default')
    .map(([status, media]) => `<h4>Answers ${escape(status)}</h4>${renderMedia(media)}`)
    .join('');
  return `<details id="${escape(operation.operationId)}"><summary><span class="method">${escape(method.toUpperCase())}</span> <code>${escape(path)}</code> <span class="about">${escape(operation.summary)}</span></summary><div>
<p><code>${escape(operation.operationId)}</code>, for: ${escape(anyOf ? anyOf.join(', ') : scope)}</p>
${parameters === '' ? '' : `<table>${parameters}</table>`}
${operation.requestBody ? `<h4>Takes</h4>${renderMedia(operation.requestBody)}` : ''}
${answers}</div></details>`;
}

function renderMedia(media: Media): string {
  return Object.entries(media.content ?? {})
    .map(
      ([type, { schema }]) =>
        `<p><code>${escape(type)}</code></p>${schema ? renderSchema(schema) : ''}`
    )
    .join('');
}

function renderSchema(schema: Schema): string {
  const reference = schema.$ref?.split('/').at(-1);
  if (reference !== undefined) {
    return `<a href="#schema-${escape(reference)}"><code>${escape(reference)}</code></a>`;
  }
  const text = JSON.stringify(schema, null, 2);
  return text.length < 80
    ? `<code>${escape(JSON.stringify(schema))}</code>`
    : `<pre>${escape(text)}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
}
