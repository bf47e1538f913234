/**
 * Reads the kernel's tables of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6`: who made a socket, for Node.js cannot
 * ask a connection itself (SO_PEERCRED). https://docs.kernel.org/networking/proc_net_tcp.html
 */
export interface SocketAddress {
  /** As Node.js says it: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
  address: string;
  port: number;
}

const established = "01";
const listening = "0A";

/**
 * The uid that made a connection's near end.
 * @param tables the text of both files
 * @returns undefined where the tables hold no such connection, or several owners of it
 */
export function ownerOfConnection(
  tables: readonly string[],
  near: SocketAddress,
  far: SocketAddress,
): number | undefined {
  const ends = [forms(near), forms(far)];
  const [nearForms = [], farForms = []] = ends;
  return onlyOne(
    rows(tables).filter(
      ({ local, remote, state }) => state === established && nearForms.includes(local) && farForms.includes(remote),
    ),
  );
}

/** The uid of what listens at an address, be it on that address alone or on all. Undefined for nobody, or several owners. */
export function ownerOfListener(tables: readonly string[], at: SocketAddress): number | undefined {
  const port = portForm(at.port);
  const accepted = [...forms(at), `${"0".repeat(8)}:${port}`, `${"0".repeat(32)}:${port}`];
  return onlyOne(rows(tables).filter(({ local, state }) => state === listening && accepted.includes(local)));
}

/** An address without the dress of IPv6 that IPv4 wears on sockets that take both. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d{1,3}(?:\.\d{1,3}){3}$)/i, "");
}

interface Row {
  local: string;
  remote: string;
  state: string;
  uid: number;
}

function rows(tables: readonly string[]): Row[] {
  return tables.flatMap((table) =>
    table.split("\n").flatMap((line) => {
      const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || state === undefined || !/^\d+$/.test(uid ?? "")) return [];
      return [{ local, remote, state, uid: Number(uid) }];
    }),
  );
}

function onlyOne(found: readonly Row[]): number | undefined {
  const owners = new Set(found.map(({ uid }) => uid));
  return owners.size === 1 ? [...owners][0] : undefined;
}

/** How the tables may write an address: an IPv4 one stands in the second table, too, where the socket is an IPv6 one. */
function forms({ address, port }: SocketAddress): string[] {
  const plain = plainAddress(address);
  const four = plain.split(".").map(Number);
  if (four.length === 4) {
    const mapped = [...Array.from({ length: 10 }, () => 0), 0xff, 0xff, ...four];
    return [`${words(four)}:${portForm(port)}`, `${words(mapped)}:${portForm(port)}`];
  }
  return [`${words(sixteenBytes(plain))}:${portForm(port)}`];
}

/** Words of 32 bits, each printed as the number that this machine reads in it. */
function words(bytes: readonly number[]): string {
  const numbers = new Uint32Array(Uint8Array.from(bytes).buffer);
  return Array.from(numbers, (word) => word.toString(16).padStart(8, "0"))
    .join("")
    .toUpperCase();
}

function portForm(port: number): string {
  return port.toString(16).padStart(4, "0").toUpperCase();
}

function sixteenBytes(address: string): number[] {
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0);
  return [...before, ...gap, ...after].slice(0, 8).flatMap((group) => [(group >> 8) & 0xff, group & 0xff]);
}
