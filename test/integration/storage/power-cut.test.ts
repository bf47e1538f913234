import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { needs } from "../../support/needs.ts";
import { assertNothingLost, startWriter } from "../../support/storage/crashed.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const run = promisify(execFile);

/**
 * Stops a file system without writing anything that is not on the disk yet: the ioctl EXT4_IOC_SHUTDOWN (0x8004587D)
 * with EXT4_GOING_FLAGS_NOLOGFLUSH (2), as `xfs_io -x -c shutdown` does; perl is part of every Debian.
 */
const cutPower = 'open(my $d, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl($d, 0x8004587D, $how) or die $!;';

/** Whether this machine lets the tests mount a file system of their own. */
async function canMount(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync("/dev/loop-control")) return false;
  const tools = ["mount", "umount", "mkfs.ext4", "perl"];
  const found = await Promise.allSettled(tools.map((tool) => run("sh", ["-c", `command -v ${tool}`])));
  return found.every(({ status }) => status === "fulfilled");
}

describe("storage after a power cut", () => {
  const directory = temporaryDirectory();
  const disk = () => join(directory(), "disk.img");
  const mountPoint = () => join(directory(), "mount");
  const mount = () => run("mount", ["-o", "loop", disk(), mountPoint()]);
  const unmount = () => run("umount", [mountPoint()]);

  async function withDisk(use: () => Promise<void>): Promise<void> {
    await run("truncate", ["-s", "256M", disk()]);
    await run("mkfs.ext4", ["-q", disk()]);
    await mkdir(mountPoint());
    await mount();
    try {
      await use();
    } finally {
      // Lazily, for a test that failed may have left files open.
      await run("umount", ["-l", mountPoint()]);
    }
  }

  /** Starts the machine again, as it were: the file system recovers what its disk has. */
  async function remount(): Promise<void> {
    await unmount();
    await mount();
  }

  it("is a real cut: what was not synced is gone", async function () {
    needs(this, await canMount(), "root and the right to mount a loop device");
    await withDisk(async () => {
      await writeFile(join(mountPoint(), "careless"), "never synced");
      await run("perl", ["-e", cutPower, mountPoint()]);
      await remount();
      await assert.rejects(access(join(mountPoint(), "careless")), { code: "ENOENT" });
    });
  });

  it("has every acknowledged write, cut after cut", async function () {
    this.timeout(180_000);
    needs(this, await canMount(), "root and the right to mount a loop device");
    await withDisk(async () => {
      const dataDir = join(mountPoint(), "data");
      for (const count of [20, 1, 130, 60, 4, 200, 33, 9]) {
        const writer = startWriter(dataDir);
        // What is acknowledged while the cut is being made proves nothing: the kernel may answer a sync that was under
        // way with success though its journal is already aborted (seen with SQLite as well).
        let acknowledged = writer.acknowledged;
        try {
          await writer.reached(count);
          acknowledged = { ...writer.acknowledged };
          await run("perl", ["-e", cutPower, mountPoint()]);
        } finally {
          await writer.kill();
        }
        await remount();
        await assertNothingLost(dataDir, acknowledged);
      }
    });
  });
});
