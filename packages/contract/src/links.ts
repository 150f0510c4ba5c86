import type { Operation } from './operation.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** A link of OpenAPI: the operation to go on with, and where its parameters stand in request and answer. */
export type Link = { operationId: string; parameters: Record<string, string> };

export type Links = Record<string, Link>;

/** An object that an answer holds, and where. */
interface Found {
  /** JSON pointer; empty for the answer itself. */
  readonly pointer: string;
  readonly component: string;
}

/** Finds the operations that answers lead to: those on the objects and files in them, and the next page. */
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
    const answer = this.#answers.get(operation) as Schema | undefined;
    const found = answer ? this.#objectsIn(answer) : [];
    const links = found.flatMap(object => [
      ...this.#linksOfObject(operation, object),
      ...this.#linksOfFile(operation, object)
    ]);
    if ('cursor' in operation.query.shape) {
      const parameters = { ...samePath(operation), 'query.cursor': '$response.body#/next' };
      links.push([`${operation.id}.next`, { operationId: operation.id, parameters }]);
    }
    return Object.fromEntries(links);
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

  /** To all that can be done with an object, unless the request named it already. */
  #linksOfObject(operation: Operation, { pointer, component }: Found): [string, Link][] {
    const place = this.#placeOf(component, operation);
    if (place === undefined || operation.path.startsWith(place)) {
      return [];
    }
    const parameters = {
      [`path.${place.slice(place.indexOf('{') + 1, -1)}`]: `$response.body#${pointer}/id`
    };
    return (this.#operations.get(place) ?? []).map(({ id }) => [
      `${id}${nameIn(pointer)}`,
      { operationId: id, parameters }
    ]);
  }

  /** To what else takes the path of a file, in the same object. */
  #linksOfFile(operation: Operation, { pointer, component }: Found): [string, Link][] {
    const { properties = {} } = (this.#schemas.get(component) ?? {}) as Schema;
    if (!('path' in properties)) {
      return [];
    }
    const parameters = {
      ...samePath(operation),
      'query.path': `$response.body#${pointer}/path`
    };
    return (this.#operations.get(placeOf(operation.path)) ?? [])
      .filter(({ id, query }) => id !== operation.id && 'path' in query.shape)
      .map(({ id }) => [`${id}${nameIn(pointer)}`, { operationId: id, parameters }]);
  }

  /** Kinds of sets share their components: an answer speaks of those of its own feature. */
  #placeOf(component: string, { id }: Operation): string | undefined {
    const known = this.#places.get(component) ?? [];
    const own = known.filter(one => featureOf(one.id) === featureOf(id));
    const [one, another] = own.length > 0 ? own : known;
    return another === undefined ? one?.path : undefined;
  }
}

/** The objects that the request named. */
function samePath({ path }: Operation): Record<string, string> {
  return Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [
      `path.${name}`,
      `$request.path.${name}`
    ])
  );
}

/** A pointer as a part of a link's name. */
const nameIn = (pointer: string) => pointer.replaceAll('/', '.');
const placeOf = (path: string) => path.slice(0, path.indexOf('}') + 1);
const featureOf = (id: string) => id.slice(0, id.indexOf('.'));
const nameOf = (schema: Schema | undefined) => schema?.$ref?.split('/').at(-1);
