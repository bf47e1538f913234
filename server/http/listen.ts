import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../../shared/errors.ts";

/**
 * Listens on 127.0.0.1 only. @param port 0 takes a free one
 * @returns the address
 * @throws AppError unavailable where the port is taken
 */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = taken
        ? `Port ${port} is taken by another program. Choose another with --port, or 0 for a free one.`
        : `The server can't listen on port ${port}: ${error.message}`;
      reject(new AppError("unavailable", message, { cause: error }));
    });
    server.listen(port, "127.0.0.1", () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${bound}`);
    });
  });
}

/** Ends the streams, lets running requests finish, then closes what is left. */
export async function stopListening(server: Server, endStreams: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endStreams();
  // A connection is idle only once its answer has left, as that of a stream that just ended.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const force = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}
