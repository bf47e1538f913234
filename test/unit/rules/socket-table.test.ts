import assert from "node:assert/strict";
import { endianness } from "node:os";
import { ownerOfConnection, ownerOfListener, plainAddress } from "../../../shared/rules/socket-table.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const line = (local: string, remote: string, state: string, uid: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${uid}        0 12345 1 0000000000000000`;
const table = (...lines: string[]) => [head, ...lines, ""].join("\n");

// As a little-endian machine prints them, which is every one that VS Code runs on.
const here = "0100007F";
const mapped = `0000000000000000FFFF0000${here}`;
const one = "00000000000000000000000001000000";

describe("the kernel's table of sockets", function () {
  before(function () {
    assert.equal(endianness(), "LE");
  });

  const near = { address: "127.0.0.1", port: 40_000 };
  const far = { address: "127.0.0.1", port: 4280 };

  it("tells who made this end of a connection, and not the other", () => {
    const four = table(
      line(`${here}:9C40`, `${here}:10B8`, "01", 1001),
      line(`${here}:10B8`, `${here}:9C40`, "01", 999),
      line(`${here}:9C41`, `${here}:10B8`, "01", 1002),
    );
    assert.equal(ownerOfConnection([four, ""], near, far), 1001);
    assert.equal(ownerOfConnection([four, ""], far, near), 999);
    assert.equal(ownerOfConnection([four, ""], { ...near, port: 40_002 }, far), undefined);
  });

  it("knows IPv4 on a socket of IPv6, and IPv6", () => {
    const six = table(
      line(`${mapped}:9C40`, `${mapped}:10B8`, "01", 1001),
      line(`${one}:9C40`, `${one}:10B8`, "01", 1003),
      line("B80D0120000000000000000001000000:9C40", `${one}:10B8`, "01", 1004),
    );
    assert.equal(ownerOfConnection([table(), six], near, far), 1001);
    assert.equal(ownerOfConnection([table(), six], { ...near, address: "::ffff:127.0.0.1" }, far), 1001);
    const loopback = { address: "::1", port: 4280 };
    assert.equal(ownerOfConnection([table(), six], { address: "::1", port: 40_000 }, loopback), 1003);
    assert.equal(ownerOfConnection([table(), six], { address: "2001:db8::1", port: 40_000 }, loopback), 1004);
  });

  it("tells nothing of a connection that is closing, or that several seem to have", () => {
    for (const state of ["06", "08", "0A"]) {
      assert.equal(ownerOfConnection([table(line(`${here}:9C40`, `${here}:10B8`, state, 1001))], near, far), undefined);
    }
    const twice = table(
      line(`${here}:9C40`, `${here}:10B8`, "01", 1001),
      line(`${here}:9C40`, `${here}:10B8`, "01", 1002),
    );
    assert.equal(ownerOfConnection([twice], near, far), undefined);
  });

  it("tells who listens, be it at the address or at all of them", () => {
    const four = table(
      line(`${here}:10B8`, "00000000:0000", "0A", 999),
      line("00000000:0016", "00000000:0000", "0A", 0),
    );
    const six = table(line(`${"0".repeat(32)}:0050`, `${"0".repeat(32)}:0000`, "0A", 33));
    assert.equal(ownerOfListener([four, six], far), 999);
    assert.equal(ownerOfListener([four, six], { ...far, port: 22 }), 0);
    assert.equal(ownerOfListener([four, six], { ...far, port: 80 }), 33);
    assert.equal(ownerOfListener([four, six], { ...far, port: 81 }), undefined);
    const contested = table(
      line(`${here}:10B8`, "00000000:0000", "0A", 999),
      line("00000000:10B8", "00000000:0000", "0A", 1001),
    );
    assert.equal(ownerOfListener([contested], far), undefined);
  });

  it("takes IPv6's dress off IPv4", () => {
    assert.equal(plainAddress("::FFFF:127.0.0.1"), "127.0.0.1");
    assert.equal(plainAddress("127.0.0.1"), "127.0.0.1");
    assert.equal(plainAddress("::1"), "::1");
  });
});
