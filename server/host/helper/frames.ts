import { AppError } from "../../../shared/errors.ts";

const headerBytes = 4;

/**
 * One message as it goes over the pipe: its length in bytes (32 bits, big-endian), then JSON in UTF-8.
 * @throws AppError `too_large` over `maxBytes`
 */
export function encodeFrame(message: unknown, maxBytes: number): Buffer {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  if (length > maxBytes) {
    throw new AppError("too_large", `A message of ${length} bytes is over the limit of ${maxBytes} and was not sent.`);
  }
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length);
  frame.write(json, headerBytes);
  return frame;
}

/** Puts the pieces a pipe delivers together to messages. Nothing is kept of one that announces too many bytes. */
export class FrameReader {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #have = 0;

  /** `maxBytes`: of one message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The messages completed by this piece.
   * @throws AppError `too_large`, `invalid_input` for what is no JSON; the rest of the pipe can't be read after that
   */
  push(piece: Buffer): unknown[] {
    this.#pieces.push(piece);
    this.#have += piece.length;
    const messages: unknown[] = [];
    for (let length = this.#announced(); length !== null && this.#have >= headerBytes + length;) {
      messages.push(parse(this.#take(headerBytes + length).subarray(headerBytes)));
      length = this.#announced();
    }
    return messages;
  }

  /** The length of the message that comes next; null where it is not known yet. */
  #announced(): number | null {
    if (this.#have < headerBytes) return null;
    if ((this.#pieces[0]?.length ?? 0) < headerBytes) this.#pieces = [Buffer.concat(this.#pieces)];
    const length = this.#pieces[0]?.readUInt32BE() ?? 0;
    if (length <= this.#maxBytes) return length;
    throw new AppError("too_large", `A message announces ${length} bytes; the limit is ${this.#maxBytes}.`);
  }

  #take(bytes: number): Buffer {
    const all = this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces = all.length === bytes ? [] : [all.subarray(bytes)];
    this.#have -= bytes;
    return all.subarray(0, bytes);
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new AppError("invalid_input", "A message is not JSON.", { cause: error });
  }
}
