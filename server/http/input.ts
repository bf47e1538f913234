import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import { AppError } from "../../shared/errors.ts";
import { isRecord } from "../../shared/values.ts";
import type { WireOperation } from "./operations.ts";

/** Bytes of a request's body. */
const bodyLimit = 1024 * 1024;

/** What a request carries besides its address. */
export interface RequestInput {
  /** The fields of the body, and of the query where there is no body to speak of. */
  fields: Record<string, unknown>;
  /**
   * What is wrong with it. Kept rather than thrown, because a caller who lacks the right, or may not know of the entity,
   * is told that first.
   */
  problem: AppError | undefined;
}

/**
 * Reads a request's body as JSON, whatever else it may claim to be. A parameter of the path is never taken from the body
 * or the query: what is authorized, audited and changed is what the address names.
 * @throws AppError cancelled where the caller left in the middle
 */
export async function readInput(request: Request, operation: WireOperation): Promise<RequestInput> {
  const query = Object.fromEntries(new URLSearchParams(/\?(.*)$/.exec(request.originalUrl)?.[1]));
  const twice = operation.params.find((param) => Object.hasOwn(query, param));
  const read: RequestInput = request.method === "GET" ? { fields: {}, problem: undefined } : await readBody(request);
  if (request.method === "DELETE") read.fields = { ...query, ...read.fields };
  const doubled = twice ?? operation.params.find((param) => Object.hasOwn(read.fields, param));
  if (doubled === undefined) return read;
  for (const param of operation.params) delete read.fields[param];
  read.problem ??= new AppError("invalid_input", `The ${doubled} stands in the address and nowhere else.`, {
    errors: [{ path: doubled, message: "is given by the address" }],
  });
  return read;
}

async function readBody(request: Request): Promise<RequestInput> {
  const refused = (problem: AppError): RequestInput => ({ fields: {}, problem });
  const { "content-length": length, "content-type": type, "transfer-encoding": encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === "0")) return { fields: {}, problem: undefined };
  if (request.headers["content-encoding"] !== undefined && request.headers["content-encoding"] !== "identity") {
    return refused(new AppError("unsupported_media_type", "The body must not be compressed."));
  }
  if (!/^application\/json\s*(?:;|$)/i.test(type ?? "")) {
    return refused(
      new AppError("unsupported_media_type", "The body must be JSON, sent as content-type: application/json."),
    );
  }
  const tooLarge = new AppError("payload_too_large", "The request is larger than the 1 MB allowed.");
  if (Number(length) > bodyLimit) return refused(tooLarge);
  const bytes = await readBytes(request);
  if (bytes === undefined) return refused(tooLarge);
  const text = bytes.toString("utf8");
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text);
    if (isRecord(value)) return { fields: value, problem: undefined };
    return refused(new AppError("invalid_input", "The request's body must be a JSON object."));
  } catch (error) {
    return refused(new AppError("invalid_input", "The request's body is not valid JSON.", { cause: error }));
  }
}

/** The body as it came; undefined where it is over the limit. @throws AppError cancelled where the caller left */
export async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > bodyLimit) {
        // The rest is thrown away as it comes: a connection cut here would often take the answer with it.
        request.resume();
        return undefined;
      }
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new AppError("cancelled", "The request ended before its body did.", { cause: error });
  }
  return Buffer.concat(chunks);
}
