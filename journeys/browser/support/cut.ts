// Stands between browser and gateway and cuts the record document at a mark: by a reset, or by an end that looks proper.
// On the same host name as the gateway, so that its cookies hold; assets pass through whole.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Cut {
  /** Text of the document after which it is cut. */
  after: string;
  /** How many more characters go through. */
  more: number;
  how: 'reset' | 'clean end';
}

export class Cutter {
  private constructor(private readonly server: Server, private readonly gateway: URL) {}

  static async start(gateway: string, cut: Cut): Promise<Cutter> {
    const target = new URL(gateway);
    const server = createServer((asked, answer) => forward(target, cut, asked, answer));
    await new Promise<void>((done) => server.listen(0, target.hostname === 'localhost' ? undefined : target.hostname, done));
    return new Cutter(server, target);
  }

  /** The same address, by way of the cutter. */
  through(link: string): string {
    const address = new URL(link);
    address.port = String((this.server.address() as AddressInfo).port);
    return address.href;
  }

  get origin(): string {
    return new URL(this.through(this.gateway.href)).origin;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function forward(target: URL, cut: Cut, asked: IncomingMessage, answer: ServerResponse): void {
  const options = { host: '127.0.0.1', port: target.port, method: asked.method, path: asked.url, headers: { ...asked.headers, host: target.host } };
  const onward = request(options, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    if (/^\/s\/[^/]+\/$/.test(asked.url ?? '') && reply.statusCode === 200) cutting(cut, reply, answer);
    else reply.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}

function cutting(cut: Cut, reply: IncomingMessage, answer: ServerResponse): void {
  let seen = '';
  let sent = 0;
  reply.setEncoding('utf8');
  reply.on('data', (text: string) => {
    seen += text;
    const mark = seen.indexOf(cut.after);
    const until = mark < 0 ? seen.length : Math.min(seen.length, mark + cut.after.length + cut.more);
    if (until > sent) answer.write(seen.slice(sent, until));
    sent = Math.max(sent, until);
    if (mark >= 0 && sent === mark + cut.after.length + cut.more) {
      reply.destroy();
      // What was written is let through to the browser before the connection goes.
      setTimeout(() => (cut.how === 'reset' ? answer.socket?.resetAndDestroy() : answer.end()), 500);
    }
  });
  reply.on('error', () => undefined);
}
