import type { ServerResponse } from "node:http";
import { Procedure, type Context, type ErrorMap, type Meta, type Schema } from "@orpc/server";

/**
 * A body that is JSON already, in UTF-8. It is sent as it is: whoever makes it answers for what the contract says of the
 * operation's output, and a test holds it to that.
 */
export class PreparedJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * Prepared JSON, to be answered in the place of the output it says: its type fits any. Only operations of `mayPrepare` can
 * answer it.
 */
export function preparedJson(bytes: Uint8Array): never {
  return new PreparedJson(bytes) as never;
}

/**
 * Lets an operation answer prepared JSON. What it answers otherwise is checked against the contract as ever, and so is all
 * that comes before: who may call it, and its input.
 */
export function mayPrepare<
  TInitial extends Context,
  TCurrent extends Context,
  TInput extends Schema<unknown, unknown>,
  TOutput extends Schema<unknown, unknown>,
  TErrors extends ErrorMap,
  TMeta extends Meta,
>(
  procedure: Procedure<TInitial, TCurrent, TInput, TOutput, TErrors, TMeta>,
): Procedure<TInitial, TCurrent, TInput, TOutput, TErrors, TMeta> {
  const { outputSchema, ...rest } = procedure["~orpc"];
  if (outputSchema === undefined) return procedure;
  const { "~standard": standard } = outputSchema;
  const validate = (output: unknown) =>
    output instanceof PreparedJson ? { value: output } : standard.validate(output);
  // What validates is all that is asked of it from here on; its type is still the contract's.
  const lenient = { "~standard": { ...standard, validate } } as unknown as TOutput;
  return new Procedure({ ...rest, outputSchema: lenient });
}

/** Sends it as the contract's library sends JSON, but for the length, which is known here. */
export function sendPrepared(response: ServerResponse, status: number, { bytes }: PreparedJson): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.byteLength });
  response.end(bytes);
}
