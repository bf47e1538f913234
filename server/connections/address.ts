import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { AppError } from "../../shared/errors.ts";

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv6");
}

/**
 * Refuses a provider address that leads into this host or its network, where that is not allowed (shared hosts).
 * @param baseUrl the connection's API root; empty is the vendor's cloud
 */
export async function checkProviderAddress(baseUrl: string, allowPrivate: boolean): Promise<void> {
  if (baseUrl === "" || allowPrivate) return;
  const url = new URL(baseUrl);
  if (url.protocol !== "https:") throw refused("it must begin with https://");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) === 0 ? (await resolve(host)).map(({ address }) => address) : [host];
  if (addresses.some(isPrivate)) {
    throw refused(
      "it leads to a private or loopback address; an administrator can allow that with AIOPS_ALLOW_PRIVATE_PROVIDERS",
    );
  }
}

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

async function resolve(host: string) {
  try {
    return await lookup(host, { all: true });
  } catch (error) {
    throw new AppError(
      "invalid_input",
      `The host ${host} of the provider's address is not known. Check its spelling.`,
      {
        cause: error,
        errors: [{ path: "baseUrl", message: "the host is not known" }],
      },
    );
  }
}

function refused(why: string): AppError {
  return new AppError("invalid_input", `This provider address can't be used: ${why}.`, {
    errors: [{ path: "baseUrl", message: why }],
  });
}
