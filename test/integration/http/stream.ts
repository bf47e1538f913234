import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { isRecord } from "../../../shared/values.ts";
import { waitFor } from "../../support/wait.ts";

export interface Heard {
  /** As `tenant.changed`. */
  type: string;
  /** The entity's id. */
  id: string;
  /** What `Last-Event-ID` takes. */
  eventId: string;
  /** The frame as it came. */
  text: string;
}

/** A reader of `GET /api/events`, as a browser's EventSource reads it. */
export class EventReader {
  readonly heard: Heard[] = [];
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  #ended = false;
  #buffer = "";

  private constructor(call: ClientRequest, response: IncomingMessage) {
    this.#request = call;
    this.response = response;
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => this.#take(chunk));
    response.on("close", () => (this.#ended = true));
    response.on("error", () => (this.#ended = true));
  }

  /** Opens a stream and answers once it is live. */
  static async open(url: string, token: string, lastEventId?: string): Promise<EventReader> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    };
    const reader = await new Promise<EventReader>((resolve, reject) => {
      const call = request(new URL("/api/events", url), { headers, agent: false }, (response) => {
        if (response.statusCode === 200) resolve(new EventReader(call, response));
        else reject(new Error(`the stream was answered ${response.statusCode}`));
      });
      call.on("error", reject);
      call.end();
    });
    await reader.until(({ type }) => type === "stream.ready");
    return reader;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits for the first event that fits, heard already or not. */
  until(fits: (event: Heard) => boolean): Promise<Heard> {
    return waitFor(() => this.heard.find(fits), { what: "an event" });
  }

  close(): void {
    this.#request.destroy();
  }

  #take(chunk: string): void {
    const frames = (this.#buffer + chunk).split("\n\n");
    this.#buffer = frames.pop() ?? "";
    for (const text of frames) {
      const line = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(text)?.[1];
      const data = line("data");
      if (line("event") !== "message" || data === undefined) continue;
      const event: unknown = JSON.parse(data);
      if (!isRecord(event)) throw new Error(`not an event: ${data}`);
      this.heard.push({ type: String(event["type"]), id: String(event["id"]), eventId: line("id") ?? "", text });
    }
  }
}
