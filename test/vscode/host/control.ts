// The loopback endpoint through which tests inside the extension host reach the page.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { BrowserRequest, BrowserResponse } from "./protocol.ts";

export interface Control {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** Serves requests that carry the token; `handle` answers their value or throws what is told to the test. */
export async function startControl(handle: (request: BrowserRequest) => Promise<unknown>): Promise<Control> {
  const token = randomBytes(24).toString("hex");
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      const { status, body } = await answer(request, token, handle);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    void respond();
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    token,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((settle) => server.close(() => settle()));
    },
  };
}

async function answer(
  request: IncomingMessage,
  token: string,
  handle: (request: BrowserRequest) => Promise<unknown>,
): Promise<{ status: number; body: BrowserResponse }> {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return { status: 401, body: { error: "the token is missing or wrong" } };
  }
  try {
    return { status: 200, body: { value: (await handle((await json(request)) as BrowserRequest)) ?? null } };
  } catch (error) {
    return { status: 200, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}
