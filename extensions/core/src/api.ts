import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Client } from '@topsdl/client';
import type { InputOf, Operation, ResponseOf } from '@topsdl/contract';
import { RequestError, type ITopsApi, type Route } from '@topsdl/lab';

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The companion behind JupyterLab's own server. */
export class TopsApi implements ITopsApi {
  readonly baseUrl: string;
  readonly eventsUrl: string;
  private readonly settings: ServerConnection.ISettings;
  private readonly language: 'en' | 'zh';
  private loading: Promise<Client> | undefined;

  /** @param language in which the server is to speak, where its words are shown as they are */
  constructor(settings: ServerConnection.ISettings, language: 'en' | 'zh') {
    this.settings = settings;
    this.language = language;
    this.baseUrl = URLExt.join(settings.baseUrl, 'topsdl') + '/';
    const events = URLExt.join(settings.wsUrl, 'topsdl/ws');
    this.eventsUrl =
      settings.appendToken && settings.token
        ? `${events}?token=${encodeURIComponent(settings.token)}`
        : events;
  }

  client(): Promise<Client> {
    this.loading ??= import('@topsdl/client').then(({ createClient }) =>
      createClient({ baseUrl: this.baseUrl, fetch: this.fetch })
    );
    return this.loading;
  }

  async request<O extends Operation>(route: Route<O>, input: InputOf<O>): Promise<ResponseOf<O>> {
    const { params, query, body } = input as LooseInput;
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(params?.[name]))
    );
    const search = new URLSearchParams(
      Object.entries(query ?? {})
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, String(value)])
    );
    const text = search.toString();
    const response = await this.send(`${this.baseUrl}api${path}${text ? `?${text}` : ''}`, {
      method: route.method,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-TopsDL-Client': 'jupyterlab'
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    });
    return (response.status === 204 ? undefined : await response.json()) as ResponseOf<O>;
  }

  async continueAsOwner(): Promise<void> {
    const url = URLExt.join(this.settings.baseUrl, 'topsdl-owner', 'session');
    await this.send(url, { method: 'POST' });
  }

  /** Puts the first notebook into the file browser, where it is not there yet; returns its path. */
  async startNotebook(): Promise<string> {
    const url = URLExt.join(this.settings.baseUrl, 'topsdl-owner', 'notebook');
    const answer = (await (await this.send(url, { method: 'POST' })).json()) as { path: string };
    return answer.path;
  }

  /**
   * JupyterLab's request, with its tokens. Caching is left to the companion's headers: JupyterLab would
   * else add a time to the address, which is a parameter the companion does not know.
   */
  private readonly fetch: typeof globalThis.fetch = (input, init = {}) =>
    ServerConnection.makeRequest(
      new URL(String(input), this.settings.baseUrl).href,
      {
        cache: 'default',
        ...init,
        headers: { 'Accept-Language': this.language, ...(init.headers as Record<string, string>) }
      },
      this.settings
    );

  private async send(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetch(url, init);
    } catch (error) {
      throw new RequestError(error instanceof Error ? error.message : String(error), 0);
    }
    if (!response.ok) {
      const problem = (await response.json().catch(() => null)) as {
        code?: unknown;
        detail?: unknown;
      } | null;
      throw new RequestError(
        typeof problem?.detail === 'string' ? problem.detail : `HTTP ${response.status}`,
        response.status,
        typeof problem?.code === 'string' ? problem.code : undefined
      );
    }
    return response;
  }
}
