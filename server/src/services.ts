/** Names a service that one feature provides and others use; made once, beside the service's interface. */
export class ServiceToken<T> {
  readonly name: string;
  /** Never set: ties the token to its type. */
  declare readonly type: T;

  constructor(name: string) {
    this.name = name;
  }
}

/** What features offer each other. Look services up when they are needed, not while features register. */
export class Services {
  readonly #services = new Map<ServiceToken<unknown>, unknown>();

  provide<T>(token: ServiceToken<T>, service: T): void {
    if (this.#services.has(token)) {
      throw new Error(`${token.name} is provided twice`);
    }
    this.#services.set(token, service);
  }

  get<T>(token: ServiceToken<T>): T {
    if (!this.#services.has(token)) {
      throw new Error(`nobody provides ${token.name}`);
    }
    return this.#services.get(token) as T;
  }
}
