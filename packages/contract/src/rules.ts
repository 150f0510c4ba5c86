import { z } from 'zod';

/**
 * The rules for values that people type. The same objects check a form as the user types and the
 * request on the server.
 */

const NAME_PATTERN = /^(?!\.{1,2}$)(?=[\s\S]*\S)[^/:*?"<>|'\\\u0000-\u001f\u007f-\u009f]{1,50}$/u;

/** A name of a thing or of a user: 1–50 code points, not blank, none of `/ : * ? " < > | ' \`. Kept in NFC. */
export const Name = z
  .string()
  .regex(NAME_PATTERN, { error: 'rule.name' })
  .overwrite(value => value.normalize('NFC'))
  .meta({ id: 'Name', description: '1–50 characters, not blank, none of / : * ? " < > | \' \\' });

/**
 * Any text of a length in code points, without NUL, which nothing below can hold.
 *
 * @param rule the code of the sentence that says all of this; otherwise each fault has its own
 */
export const text = (least: number, most: number, rule?: string) =>
  z
    .string()
    .check(({ value, issues }) => {
      const custom = rule === undefined ? undefined : ({ code: 'custom', message: rule } as const);
      const fault = faultOf(value, least, most);
      if (fault) {
        issues.push({ ...(custom ?? fault), input: value });
      }
    })
    .meta({
      pattern: '^[^\\u0000]*$',
      ...(least > 0 ? { minLength: least } : {}),
      maxLength: most
    });

function faultOf(value: string, least: number, most: number) {
  if (value.includes('\u0000')) {
    return { code: 'invalid_format', format: 'regex' } as const;
  }
  // A code point is one or two units, so most texts need no counting.
  if (value.length <= most && value.length >= 2 * least) {
    return undefined;
  }
  const { length } = [...value];
  if (length < least) {
    return { code: 'too_small', origin: 'string', minimum: least, inclusive: true } as const;
  }
  return length > most
    ? ({ code: 'too_big', origin: 'string', maximum: most, inclusive: true } as const)
    : undefined;
}

/** Free text of at most 500 code points. */
export const Description = text(0, 500, 'rule.description').meta({ id: 'Description' });

/** A shell line of at most 3000 code points, run by `bash -c` inside the sandbox. */
export const Command = z
  .string()
  .regex(/^(?=[\s\S]*\S)[^\u0000]{1,3000}$/u, { error: 'rule.command' })
  .meta({ id: 'Command' });

/** A password: 6–16 code points of any kind. */
export const Password = z
  .string()
  .regex(/^[^\u0000]{6,16}$/u, { error: 'rule.password' })
  .meta({ id: 'Password', format: 'password' });

/** As browsers take one, with the lengths of RFC 5321: 64 before the `@`, 254 in all, 63 between dots. */
export const Email = z
  .string()
  .max(254, { error: 'rule.email' })
  .regex(
    /^(?=.{1,64}@)[A-Za-z0-9_'+-]+(?:\.[A-Za-z0-9_'+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/,
    { error: 'rule.email' }
  )
  .meta({ id: 'Email', format: 'email' });

const MOST_VARIABLES = 100;

/** Environment variables a person sets: names as POSIX has them, values of at most 500 code points. */
export const Environment = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,499}$/, { error: 'rule.variableName' }),
    text(0, 500, 'rule.value')
  )
  .check(({ value, issues }) => {
    if (Object.keys(value).length > MOST_VARIABLES) {
      issues.push({ code: 'too_big', origin: 'map', maximum: MOST_VARIABLES, input: value });
    }
  })
  .meta({ id: 'Environment', maxProperties: MOST_VARIABLES });

/** A Kubernetes quantity that is not negative: `48`, `500m`, `128Gi`, `1.5`. There is nothing below a thousandth. */
export const QUANTITY_PATTERN =
  /^(?:0|[1-9][0-9]{0,14})(?:m|(?:\.[0-9]{1,9})?(?:k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?)$/;

export const Quantity = z
  .string()
  .regex(QUANTITY_PATTERN, { error: 'rule.quantity' })
  .meta({ id: 'Quantity' });

/** Kubernetes' names of labels, annotations and resources: 63 characters, after a domain and `/` where it has one. */
const DOMAIN = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*';
const QUALIFIED = '[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';

/** A domain with `requests.` before it has 253 characters at most, and those of Kubernetes' own no card has. */
const CARD = `(?!requests\\.)(?![^/]*kubernetes\\.io/)(?=[^/]{1,244}/)${DOMAIN}/${QUALIFIED}`;

/** A resource's name in a quota: `cpu`, `memory`, `storage`, `requests.enflame.com/dtu`. */
export const ResourceName = z
  .string()
  .max(317)
  .regex(new RegExp(`^(?:cpu|memory|storage|requests\\.${CARD})$`), { error: 'rule.resourceName' })
  .meta({ id: 'ResourceName' });

/** A card's resource name on a node, such as `enflame.com/dtu`. */
export const CardResource = z
  .string()
  .max(308)
  .regex(new RegExp(`^${CARD}$`), { error: 'rule.cardResource' })
  .meta({ id: 'CardResource' });

/** The name of a label of a machine, such as `enflame.com/card`. */
export const LabelName = z
  .string()
  .max(317)
  .regex(new RegExp(`^(?:(?=[^/]{1,253}/)${DOMAIN}/)?${QUALIFIED}$`), { error: 'rule.labelName' })
  .meta({ id: 'LabelName' });

/** The value of a label. */
export const LabelValue = z
  .string()
  .regex(new RegExp(`^(?:${QUALIFIED})?$`), { error: 'rule.labelValue' })
  .meta({ id: 'LabelValue' });

/** A colour as `#rrggbb`. */
export const Color = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, { error: 'rule.color' })
  .meta({ id: 'Color' });

const FILE_PATH_PATTERN =
  /^(?!\.{1,2}(?:\/|$))[^/\\\u0000-\u001f\u007f]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[^/\\\u0000-\u001f\u007f]{1,255})*$/u;

/** What a file system has room for in one name. */
const MAX_NAME_BYTES = 255;

/** How long a text is in UTF-8. */
function utf8Bytes(text: string): number {
  return Array.from(text, character => character.codePointAt(0) ?? 0)
    .map(code => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A path of a file inside a version: relative, `/` between parts, no `.`, `..`, empty parts, backslashes or control characters. */
export const FilePath = text(1, 1024)
  .regex(FILE_PATH_PATTERN, { error: 'rule.filePath' })
  .overwrite(value => value.normalize('NFC'))
  .refine(path => path.split('/').every(name => utf8Bytes(name) <= MAX_NAME_BYTES), {
    error: 'rule.fileNameLength'
  })
  .meta({ id: 'FilePath', pattern: FILE_PATH_PATTERN.source });

/** A UUID of version 7, so that ids sort by the time they were made. */
export const Id = z.uuidv7({ error: 'rule.id' }).meta({ id: 'Id' });

/** RFC 3339, UTC, milliseconds. */
export const Time = z.iso.datetime().meta({ id: 'Time' });

/** What a set, a definition or a package is meant for: data type and annotation type in one word. */
export const AnnotationType = z
  .enum(['classification', 'detection', 'segmentation', 'keypoints', 'ocr'])
  .meta({ id: 'AnnotationType' });
export type AnnotationType = z.infer<typeof AnnotationType>;

export const Scenario = z
  .enum([
    'image-classification',
    'image-detection',
    'image-segmentation',
    'image-keypoints',
    'image-ocr'
  ])
  .meta({ id: 'Scenario' });
export type Scenario = z.infer<typeof Scenario>;

/** Who made something. */
export const UserRef = z.object({ id: Id, name: Name }).meta({ id: 'UserRef' });
export type UserRef = z.infer<typeof UserRef>;

/** A boolean in a query string. */
export const queryBoolean = () =>
  z
    .preprocess(value => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())
    .meta({ type: 'boolean' }) as unknown as z.ZodType<boolean, boolean>;

/** An integer in a query string. */
export const queryInteger = (min: number, max: number) =>
  z
    .preprocess(
      value => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
      z.number().int().min(min).max(max)
    )
    .meta({ type: 'integer', minimum: min, maximum: max }) as unknown as z.ZodType<number, number>;
