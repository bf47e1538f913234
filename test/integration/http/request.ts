import { request as open, type IncomingHttpHeaders, type RequestOptions } from "node:http";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body, parsed; undefined where it is not JSON. */
  body: unknown;
}

export interface Asked {
  method?: string;
  token?: string | undefined;
  headers?: Record<string, string | string[]>;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
}

/**
 * One request written as it is told, with no client's manners in between: any `Host`, any body. Of an event stream the
 * headers alone are read.
 */
export function ask(
  url: string,
  path: string,
  { method = "GET", token, headers = {}, body }: Asked = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const options: RequestOptions = {
    hostname,
    port,
    path,
    method,
    agent: false,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const call = open(options, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      if (answered["content-type"]?.startsWith("text/event-stream") === true) {
        response.destroy();
        resolve({ status, headers: answered, text: "", body: undefined });
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status, headers: answered, text, body: parse(text) });
      });
    });
    call.on("error", reject);
    call.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A member of an answer's body, as `field(answer, "items", "0", "id")`. */
export function field(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}
