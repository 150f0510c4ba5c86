import type { Operation } from './operation.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** A link of OpenAPI: the operation to go on with, and where its parameters stand in the answer. */
export type Link = { operationId: string; parameters: Record<string, string> };

export type Links = Record<string, Link>;

/** An object that an answer holds, and where. */
interface Found {
  /** JSON pointer; empty for the answer itself. */
  readonly pointer: string;
  readonly component: string;
}

/** Finds the operations that answers lead to: those on the objects in them, and the next page. */
export class Linker {
  readonly #answers: ReadonlyMap<Operation, unknown>;
  readonly #schemas: ReadonlyMap<string, unknown>;
  /** Operations by the beginning of their paths that names one object, such as `/datasets/{datasetId}`. */
  readonly #operations: ReadonlyMap<string, readonly Operation[]>;
  /** An operation that answers with the object, for each of those beginnings, by the object's component. */
  readonly #places = new Map<string, Operation[]>();

  /**
   * @param answers schemas of the operations' JSON answers
   * @param schemas the document's components
   */
  constructor(
    list: readonly Operation[],
    answers: ReadonlyMap<Operation, unknown>,
    schemas: ReadonlyMap<string, unknown>
  ) {
    this.#answers = answers;
    this.#schemas = schemas;
    this.#operations = Map.groupBy(list, ({ path }) => placeOf(path));
    for (const operation of list) {
      const component = nameOf(answers.get(operation) as Schema | undefined);
      const known = this.#places.get(component ?? '') ?? [];
      const isOne = operation.path.endsWith('}') && component !== undefined;
      if (isOne && known.every(({ path }) => path !== operation.path)) {
        this.#places.set(component, [...known, operation]);
      }
    }
  }

  /** Where an operation's answer leads to. */
  linksOf(operation: Operation): Links {
    const links: Links = {};
    const answer = this.#answers.get(operation) as Schema | undefined;
    for (const { pointer, component } of answer ? this.#objectsIn(answer) : []) {
      const place = this.#placeOf(component, operation);
      if (place === undefined || operation.path.startsWith(place)) {
        continue;
      }
      const parameter = place.slice(place.indexOf('{') + 1, -1);
      for (const { id } of this.#operations.get(place) ?? []) {
        links[`${id}${pointer.replaceAll('/', '.')}`] = {
          operationId: id,
          parameters: { [`path.${parameter}`]: `$response.body#${pointer}/id` }
        };
      }
    }
    if ('cursor' in operation.query.shape) {
      links[`${operation.id}.next`] = {
        operationId: operation.id,
        parameters: pageAfter(operation)
      };
    }
    return links;
  }

  /** The answer if it is an object of its own, those that it holds, and the first of those that it lists. */
  #objectsIn(answer: Schema): Found[] {
    const component = nameOf(answer);
    const whole =
      component === undefined ? answer : (this.#schemas.get(component) as Schema | undefined);
    const held = Object.entries(whole?.properties ?? {}).flatMap(([name, property]) => [
      { pointer: `/${name}`, component: nameOf(property) },
      ...(name === 'items' ? [{ pointer: '/items/0', component: nameOf(property.items) }] : [])
    ]);
    return [{ pointer: '', component }, ...held].filter(
      (found): found is Found => found.component !== undefined
    );
  }

  /** Kinds of sets share their components: an answer speaks of those of its own feature. */
  #placeOf(component: string, { id }: Operation): string | undefined {
    const known = this.#places.get(component) ?? [];
    const own = known.filter(one => featureOf(one.id) === featureOf(id));
    const [one, another] = own.length > 0 ? own : known;
    return another === undefined ? one?.path : undefined;
  }
}

/** The next page is of the same list. */
function pageAfter({ path }: Operation): Record<string, string> {
  const same = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): [string, string] => [
    `path.${name}`,
    `$request.path.${name}`
  ]);
  return { ...Object.fromEntries(same), 'query.cursor': '$response.body#/next' };
}

const placeOf = (path: string) => path.slice(0, path.indexOf('}') + 1);
const featureOf = (id: string) => id.slice(0, id.indexOf('.'));
const nameOf = (schema: Schema | undefined) => schema?.$ref?.split('/').at(-1);
