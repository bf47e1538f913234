import type { IncomingHttpHeaders } from "node:http";
import type { RequestHandler } from "express";
import { AppError } from "../../shared/errors.ts";
import { readBytes } from "../http/input.ts";

/** Takes one delivery for a connection. @throws AppError where it is refused */
export type ReceiveWebhook = (connectionId: string, headers: IncomingHttpHeaders, body: Uint8Array) => Promise<void>;

/**
 * `POST /webhooks/{connectionId}`: the body goes on as it came, for its signature. Answered 202 as soon as the delivery
 * is noted; what it leads to comes after.
 */
export function webhookRoute(receive: ReceiveWebhook): RequestHandler<{ connectionId: string }> {
  return async (request, response) => {
    const { "content-encoding": encoding } = request.headers;
    if (encoding !== undefined && encoding !== "identity") {
      throw new AppError("unsupported_media_type", "The body must not be compressed.");
    }
    const body = await readBytes(request);
    if (body === undefined) throw new AppError("payload_too_large", "The delivery is larger than the 1 MB allowed.");
    await receive(request.params.connectionId, request.headers, body);
    response.status(202).json({ accepted: true });
  };
}
