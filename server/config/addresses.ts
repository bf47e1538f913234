import { BlockList, isIP } from "node:net";

/** Whether a text is an IP address, or a network as `10.0.0.0/8`. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/**
 * A test of whether an address is one of these.
 * @param entries addresses and networks, see `isAddressOrNetwork`
 */
export function addressTest(entries: readonly string[]): (address: string | undefined) => boolean {
  const known = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) known.addAddress(address, family);
    else known.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const family = isIP(address ?? "");
    // An IPv4 client of an IPv6 socket comes as ::ffff:192.0.2.1, which a BlockList takes for the IPv4 address it is.
    return address !== undefined && family !== 0 && known.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}
