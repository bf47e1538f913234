import { AppError } from "../../shared/errors.ts";

/** The POSIX ustar format (pax(1), "ustar Interchange Format"): a header block, the content, padding; two zero blocks end it. */
const block = 512;

/** Header for a regular file of mode 0600. `name` is relative, with slashes. `mtime` in milliseconds. */
export function tarHeader(name: string, size: number, mtime: number): Buffer {
  const header = Buffer.alloc(block);
  const { prefix, rest } = splitName(name);
  header.write(rest, 0);
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write(
    `${Math.floor(mtime / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
  );
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.write(prefix, 345);
  header.write(`${checksum(header).toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** What fills up a content of that size to whole blocks. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

export const tarEnd = Buffer.alloc(2 * block);

export interface TarEntry {
  name: string;
  /** The content, in pieces. Read it to the end before the next entry. */
  content: AsyncGenerator<Buffer>;
}

/** The regular files of an archive made by `tarHeader`. @throws AppError invalid_input when it is damaged or cut off */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(source);
  for (;;) {
    const header = await reader.read(block);
    if (header.every((byte) => byte === 0)) {
      await reader.drain();
      return;
    }
    const stated = Number.parseInt(field(header, 148, 8), 8);
    if (stated !== checksum(header) || header.toString("latin1", 156, 157) !== "0") throw damaged();
    const prefix = field(header, 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${field(header, 0, 100)}`;
    const size = Number.parseInt(field(header, 124, 12), 8);
    yield { name, content: reader.pieces(size) };
    await reader.read(tarPadding(size).length);
  }
}

function splitName(name: string): { prefix: string; rest: string } {
  if (Buffer.byteLength(name) <= 100) return { prefix: "", rest: name };
  for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
    const prefix = name.slice(0, at);
    const rest = name.slice(at + 1);
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(rest) <= 100) return { prefix, rest };
  }
  throw new AppError("too_large", `The file name ${name} is too long for a backup. Rename it.`);
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum;
}

function field(header: Buffer, start: number, length: number): string {
  const text = header.toString("utf8", start, start + length);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

function damaged(): AppError {
  return new AppError(
    "invalid_input",
    "The backup is damaged or cut off. Nothing was restored; take another copy of it.",
  );
}

class BlockReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async read(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Reads on to the end, so that whoever checks the source there does. */
  async drain(): Promise<void> {
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next());
  }

  async *pieces(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) throw damaged();
        this.#rest = Buffer.from(next.value);
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
