import { ProblemError } from '@topsdl/client';
import { faultsOf, type Operation } from '@topsdl/contract';
import type { ITopsTranslation } from '@topsdl/lab';
import type { ReactNode } from 'react';
import { z } from 'zod';
import { speak } from '../feedback/speak.ts';

export type Values = Readonly<Record<string, unknown>>;
/** Sentences by field. */
export type Faults = Readonly<Record<string, string>>;

export interface Option {
  readonly value: string;
  readonly label: string;
  /** Beside the label, muted. */
  readonly note?: string;
  readonly disabled?: boolean;
}

/** What a widget gets. */
export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: unknown;
  readonly invalid: boolean;
  readonly required: boolean;
  /** Id of the text that explains the field or says what is wrong. */
  readonly describedBy: string | undefined;
  readonly hint: FieldHint;
  readonly values: Values;
  onChange(value: unknown): void;
  onBlur(): void;
}

/** How a field of an operation's body is shown; what it may hold is the contract's business. */
export interface FieldHint {
  readonly label: string;
  /** Below the field. */
  readonly help?: ReactNode;
  readonly placeholder?: string;
  /** Left out, it follows from the schema. */
  readonly widget?:
    | 'text'
    | 'textarea'
    | 'command'
    | 'number'
    | 'bytes'
    | 'switch'
    | 'choice'
    | 'choices'
    | 'spec'
    | 'pairs'
    | 'chips'
    | 'password'
    | 'quotas'
    | 'color';
  /** Across both columns. */
  readonly wide?: boolean;
  /** Choices that are known. */
  readonly options?: readonly Option[];
  /** Choices that are asked for as one types; also brings the labels of chosen ones. */
  readonly search?: (text: string) => Promise<readonly Option[]>;
  /** Labels of what is chosen at first, where `search` brings the others. */
  readonly chosen?: readonly Option[];
  /** What stands in a choice where nothing is chosen; a choice that is not required may be emptied. */
  readonly none?: string;
  readonly unit?: string;
  /** Of chips: a command's arguments, where a word may be there twice and quotes keep words together. */
  readonly repeats?: boolean;
  /** Value at first. */
  readonly initial?: unknown;
  /** Whether the value of the last time is the value at first. */
  readonly remember?: boolean;
  /** Shown only where this holds. */
  readonly when?: (values: Values) => boolean;
  /** Draws the field instead of a widget. */
  readonly render?: (props: FieldProps) => ReactNode;
}

/** What the contract says of a field. */
export interface FieldSchema {
  readonly type: string | undefined;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly multipleOf: number | undefined;
  readonly maxLength: number | undefined;
  readonly values: readonly string[] | undefined;
}

interface JsonSchema {
  readonly type?: string;
  readonly $ref?: string;
  readonly $defs?: Record<string, JsonSchema>;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly maxLength?: number;
}

/** The fields of an operation's body, from its JSON Schema. */
export function fieldsOf(operation: Operation): Readonly<Record<string, FieldSchema>> {
  if (!operation.body) {
    throw new Error(`${operation.id} takes no body`);
  }
  const schema = z.toJSONSchema(operation.body, {
    io: 'input',
    unrepresentable: 'any'
  }) as JsonSchema;
  const resolve = (part: JsonSchema): JsonSchema => {
    const name = part.$ref?.replace('#/$defs/', '');
    const target = name === undefined ? undefined : schema.$defs?.[name];
    return target ? resolve({ ...target, ...part, $ref: undefined } as JsonSchema) : part;
  };
  const required = new Set(schema.required);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, raw]) => {
      const whole = resolve(raw);
      const parts = whole.anyOf?.map(resolve) ?? [whole];
      const part = parts.find(({ type }) => type !== 'null') ?? whole;
      const field: FieldSchema = {
        type: part.type,
        required: required.has(name),
        nullable: parts.some(({ type }) => type === 'null'),
        minimum: part.minimum,
        maximum: part.maximum,
        multipleOf: part.multipleOf,
        maxLength: part.maxLength,
        values:
          part.enum?.map(String) ?? (part.const === undefined ? undefined : [String(part.const)])
      };
      return [name, field];
    })
  );
}

/** The widget that suits a field of which no hint names one. */
export function widgetFor(hint: FieldHint, schema: FieldSchema | undefined) {
  if (hint.widget) {
    return hint.widget;
  }
  if (hint.options || hint.search || schema?.values) {
    return schema?.type === 'array' ? 'choices' : 'choice';
  }
  switch (schema?.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'array':
      return 'chips';
    case 'object':
      return 'pairs';
    default:
      return 'text';
  }
}

/** The values as they are sent: what was left empty is not sent, or null where the field takes it. */
export function bodyOf(values: Values, fields: Readonly<Record<string, FieldSchema>>): Values {
  const body: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(fields)) {
    const value = values[name];
    if (value === undefined || value === '' || value === null) {
      if (schema.nullable && (value === null || schema.required)) {
        body[name] = null;
      } else if (value === '' && schema.type === 'string' && !schema.required) {
        // An emptied text is a change, not a text that was left out.
        body[name] = '';
      }
    } else {
      body[name] = value;
    }
  }
  return body;
}

/** What of an edited body differs from what was there. */
export function changesOf(body: Values, before: Values): Values {
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name] ?? undefined)
    )
  );
}

/** Checks values by the rule that the server checks them by. */
export function check(
  operation: Operation,
  body: Values,
  translation: ITopsTranslation,
  hints: Readonly<Record<string, FieldHint>> = {}
): Faults {
  // Without what was given, what is wrong cannot be told from what is missing.
  const result = operation.body?.safeParse(body, { reportInput: true });
  const faults: Record<string, string> = {};
  for (const { path, code, params } of faultsOf(result?.error?.issues ?? [])) {
    // A size is typed as text, so that it is no number is not what is wrong with it.
    const size = code === 'rule.type' && hints[path]?.widget === 'bytes';
    faults[path] ??= speak(translation, size ? 'rule.size' : code, params);
  }
  return faults;
}

/** The faults of a field and of what is inside it, the latter by their path within the field. */
export function faultsIn(faults: Faults, name: string): readonly { path: string; text: string }[] {
  return Object.entries(faults)
    .filter(([path]) => path === name || path.startsWith(`${name}.`))
    .map(([path, text]) => ({ path: path.slice(name.length + 1), text }));
}

/** A server's problem, at the fields it is about. */
export function placeFaults(
  error: unknown,
  names: readonly string[],
  translation: ITopsTranslation
): Faults {
  if (!(error instanceof ProblemError)) {
    return {};
  }
  const all = [
    ...error.fields,
    // With several faults the problem as a whole only says that there are some.
    ...(error.fields.length === 0 && error.problem.field
      ? [
          {
            field: error.problem.field,
            code: error.code,
            params: error.params,
            detail: error.message
          }
        ]
      : [])
  ];
  return Object.fromEntries(
    all
      .map(({ field, code, params, detail }) => [
        field.replace(/^body\./, ''),
        speak(translation, code, params, detail)
      ])
      .filter(([path]) => names.includes(path?.split('.')[0] ?? '')) as [string, string][]
  );
}
