import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire between the browser and JupyterLab, which can be cut: connections break, and no new ones come about. */
export class Wire {
  private readonly port: number;
  private readonly ends = new Set<Socket>();
  private readonly server = createServer(near => {
    const far = connect(this.port, '127.0.0.1');
    for (const [end, other] of [
      [near, far],
      [far, near]
    ] as const) {
      this.ends.add(end);
      end.pipe(other);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
    }
  });
  private own = 0;

  private constructor(port: number) {
    this.port = port;
  }

  /** @param port of JupyterLab on this machine */
  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    await wire.mend();
    return wire;
  }

  /** JupyterLab's address at this end. */
  get url(): string {
    return `http://127.0.0.1:${this.own}`;
  }

  async cut(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const end of this.ends) {
      end.destroy();
    }
    await closed;
  }

  async mend(): Promise<void> {
    this.server.listen(this.own, '127.0.0.1');
    await once(this.server, 'listening');
    this.own = (this.server.address() as AddressInfo).port;
  }
}
