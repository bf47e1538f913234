import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface HostedFile {
  contentType: string;
  bytes: Buffer;
}

/** Serves files as a tracker's web host does, to those who send its token, and hands everything else to the tracker. */
export async function startFileHost(
  trackerUrl: string,
  token: string,
  files: Readonly<Record<string, HostedFile>>,
): Promise<AsyncDisposable & { url: string }> {
  const server: Server = createServer((incoming, outgoing) => {
    const name = /^\/user-attachments\/assets\/(.+)$/.exec(incoming.url ?? "")?.[1];
    if (name === undefined) {
      const { method, headers } = incoming;
      const forwarded = request(new URL(incoming.url ?? "/", trackerUrl), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
      return;
    }
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (file === undefined || incoming.headers.authorization !== `Bearer ${token}`) {
      outgoing.writeHead(404).end();
      return;
    }
    outgoing.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length });
    outgoing.end(file.bytes);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
