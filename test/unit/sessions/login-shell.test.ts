import assert from "node:assert/strict";
import { inLoginShell, inPlainShell } from "../../../server/sessions/login-shell.ts";

describe("a tool in the login shell", () => {
  it("goes through the person's shell with its arguments apart from the script", () => {
    const argv = inLoginShell("/usr/bin/zsh", "/opt/node", ["/opt/it's; x", "--flag"]);
    assert.equal(argv[0], "/usr/bin/zsh");
    assert.deepEqual(argv.slice(-4), ["aiops", "/opt/node", "/opt/it's; x", "--flag"]);
    assert.ok(argv.includes("-l"));
  });

  it("knows fish's own language", () => {
    const argv = inLoginShell("/usr/bin/fish", "/opt/node", ["/opt/tool"]);
    assert.match(argv[4] ?? "", /exec \$argv\[2\.\.-1\]/u);
    assert.deepEqual(argv.slice(-2), ["/opt/node", "/opt/tool"]);
  });

  it("takes /bin/sh for a shell whose language it does not know", () => {
    assert.equal(inLoginShell("/bin/tcsh", "/opt/node", ["/opt/tool"])[0], "/bin/sh");
  });

  it("goes past the person's shell and start files where the host is configured so", () => {
    const argv = inPlainShell("/opt/node", ["/opt/it's; x", "--flag"]);
    assert.deepEqual(argv.slice(0, 2), ["/bin/sh", "-c"]);
    assert.deepEqual(argv.slice(-4), ["aiops", "/opt/node", "/opt/it's; x", "--flag"]);
  });
});
