import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What happens between a client and the server behind. */
export type Traffic =
  | "open"
  /** Requests reach the server and are done; the client never gets an answer. */
  | "answers-held"
  /** Connections are taken, and nothing gets through. */
  | "requests-held";

/** A network that can fail in ways a server can't by itself. */
export interface Proxy extends AsyncDisposable {
  url: string;
  traffic: Traffic;
  /** Bytes of answers held back so far. */
  readonly heldBytes: number;
  /** Bytes of requests held back so far. */
  readonly waitingBytes: number;
  /** From now on connections are refused, as by a host whose server is not running. */
  stop(): Promise<void>;
  /** On the same port as before. */
  start(): Promise<void>;
}

/** Puts a proxy in front of a server on loopback. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const held = { answers: 0, requests: 0 };

  const take = (client: Socket) => {
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Either side may go at any time: that is what is tested.
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (proxy.traffic === "requests-held") held.requests += chunk.length;
      else upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (proxy.traffic === "answers-held") held.answers += chunk.length;
      else client.write(chunk);
    });
  };

  const proxy: Proxy = {
    url: "",
    traffic: "open",
    get heldBytes() {
      return held.answers;
    },
    get waitingBytes() {
      return held.requests;
    },
    start: async () => {
      const listening = createServer(take);
      server = listening;
      await new Promise<void>((resolve, reject) => {
        listening.once("error", reject);
        listening.listen(port, "127.0.0.1", resolve);
      });
      port = (listening.address() as AddressInfo).port;
      proxy.url = `http://127.0.0.1:${port}`;
    },
    stop: async () => {
      const stopped = new Promise<void>((resolve) => {
        if (server === undefined) resolve();
        else server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      server = undefined;
      await stopped;
    },
    [Symbol.asyncDispose]: () => proxy.stop(),
  };
  await proxy.start();
  return proxy;
}
