import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What happens to writes between a client and the server behind; reads always get through. */
export type Traffic =
  | "open"
  /** They are taken and never reach the server. */
  | "writes-held"
  /** They reach the server and are done; the client never gets an answer. */
  | "answers-held";

/** A network that can fail in ways a server can't by itself. */
export interface Proxy extends AsyncDisposable {
  url: string;
  traffic: Traffic;
  /** How many writes were held back, or their answers. */
  readonly held: number;
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
  let held = 0;

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
    let traffic: Traffic = "open";
    client.on("data", (chunk) => {
      if (/^(?:POST|PATCH) /.test(chunk.subarray(0, 6).toString("latin1"))) ({ traffic } = proxy);
      if (traffic === "writes-held") held += 1;
      else upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (traffic === "answers-held") held += 1;
      else client.write(chunk);
    });
  };

  const proxy: Proxy = {
    url: "",
    traffic: "open",
    get held() {
      return held;
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
