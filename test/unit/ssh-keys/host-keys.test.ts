import assert from "node:assert/strict";
import { fingerprintOf, knownHostLines, knownHostName, parseScan } from "../../../server/ssh-keys/host-keys.ts";
import { parseFingerprint } from "../../../server/ssh-keys/key-pair.ts";
import { withCode } from "../../support/error-code.ts";

// A published host key: https://docs.github.com/authentication, "GitHub's SSH key fingerprints".
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const fingerprint = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";

describe("host keys", () => {
  it("are named as known_hosts names them", () => {
    assert.equal(knownHostName("Git.Example.org", 22), "git.example.org");
    assert.equal(knownHostName("git.example.org", 2222), "[git.example.org]:2222");
    assert.equal(knownHostName("[::1]", 22), "::1");
    assert.equal(knownHostName("[::1]", 2222), "[::1]:2222");
  });

  it("are read from what ssh-keyscan prints, and nothing else is", () => {
    const output = `# github.com:22 SSH-2.0-x\ngithub.com ssh-ed25519 ${key}\n\ngithub.com ssh-ed25519 not base64!\nevil\n`;
    assert.deepEqual(parseScan(output), [{ type: "ssh-ed25519", key, fingerprint }]);
    assert.deepEqual(parseScan(""), []);
  });

  it("have the fingerprint that GitHub publishes", () => assert.equal(fingerprintOf(key), fingerprint));

  it("become lines of known_hosts", () => {
    const keys = [{ type: "ssh-ed25519", key, fingerprint }];
    assert.equal(knownHostLines({ host: "github.com", keys }), `github.com ssh-ed25519 ${key}\n`);
  });

  it("are told by ssh-keygen in a form that is read, or refused", () => {
    assert.deepEqual(parseFingerprint(`256 ${fingerprint} a b (ED25519)\n`), { bits: 256, text: fingerprint });
    assert.throws(() => parseFingerprint("(stdin) is not a public key file."), withCode("command_failed"));
  });
});
