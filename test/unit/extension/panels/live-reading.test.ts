import assert from "node:assert/strict";
import type { Connected, ConnectionState } from "../../../../extension/connection/state.ts";
import { LiveReading } from "../../../../extension/panels/live-reading.ts";
import { AppError } from "../../../../shared/errors.ts";
import { waitFor } from "../../../support/wait.ts";

const connected: Connected = {
  kind: "connected",
  server: "personal",
  url: "http://127.0.0.1:1",
  version: "0.1.0",
  mode: "personal",
  sessionId: "session_1",
  user: {
    id: "usr_1",
    version: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
  } as Connected["user"],
};
const gone = new AppError("unavailable", "The server is away.");
const away: ConnectionState = { kind: "disconnected", obstacle: "noServer", server: "personal", error: gone };

/** The state of a connection, in the test's hand. */
class Line {
  state: ConnectionState = connected;
  #listener: (state: ConnectionState) => void = () => undefined;
  onDidChangeState = (listener: (state: ConnectionState) => void) => {
    this.#listener = listener;
    return { dispose: () => undefined };
  };
  whenConnected = (): Promise<Connected> =>
    this.state.kind === "connected" ? Promise.resolve(this.state) : Promise.reject(gone);
  retry = (): void => this.become(connected);

  become(state: ConnectionState): void {
    this.state = state;
    this.#listener(state);
  }
}

describe("panels: what is shown of the server", () => {
  let line: Line;
  let answers: PromiseWithResolvers<string>[];
  let reading: LiveReading<string>;
  let shown: (string | undefined)[];

  beforeEach(() => {
    line = new Line();
    answers = [];
    shown = [];
    reading = new LiveReading<string>({
      connection: line,
      read: () => {
        const answer = Promise.withResolvers<string>();
        answers.push(answer);
        return answer.promise;
      },
      onRead: () => shown.push(reading.error?.message ?? reading.value),
      onConnection: () => undefined,
    });
  });

  const asked = (count: number) => waitFor(() => answers.length === count, { what: `${count} readings` });
  async function answer(index: number, value: string | AppError): Promise<void> {
    await asked(index + 1);
    if (value instanceof AppError) answers[index]?.reject(value);
    else answers[index]?.resolve(value);
  }

  it("is read once more where it changed while it was read, and not once for each change", async () => {
    const read = reading.readAnew();
    await asked(1);
    for (let change = 0; change < 5; change += 1) reading.invalidate();
    await answer(0, "old");
    await answer(1, "new");
    await read;
    assert.deepEqual(shown, ["new"]);
    assert.equal(answers.length, 2);
  });

  it("drops the answer to what is not wanted any more", async () => {
    const read = reading.readAnew();
    await asked(1);
    reading.forget();
    reading.invalidate();
    await answer(0, "of the page before");
    await asked(2);
    assert.equal(reading.value, undefined);
    await answer(1, "of this page");
    await read;
    assert.deepEqual(shown, ["of this page"]);
  });

  it("stays in sight while the server is away, marked as old, and is read anew when it is back", async () => {
    const read = reading.readAnew();
    await answer(0, "seen");
    await read;
    line.become({ kind: "reconnecting", last: connected });
    assert.ok(reading.offlineSince !== null);
    line.become(away);
    const failing = reading.readAnew();
    await failing;
    assert.deepEqual([reading.value, reading.error], ["seen", undefined]);
    line.become(connected);
    assert.equal(reading.offlineSince, null);
    await answer(1, "changed meanwhile");
    await waitFor(() => shown.at(-1) === "changed meanwhile", { what: "the newer one" });
  });

  it("says why where nothing was read yet, and comes back", async () => {
    line.become(away);
    assert.deepEqual(shown, ["The server is away."]);
    await reading.reconnect();
    await answer(0, "there");
    await waitFor(() => shown.at(-1) === "there", { what: "what was read" });
  });

  it("takes out of sight what one may not see any more", async () => {
    const first = reading.readAnew();
    await answer(0, "a secret");
    await first;
    const second = reading.readAnew();
    await answer(1, new AppError("forbidden", "Not for you."));
    await second;
    assert.deepEqual([reading.value, shown.at(-1)], [undefined, "Not for you."]);
  });

  it("tells nobody of what is answered after the panel was closed", async () => {
    const read = reading.readAnew();
    await waitFor(() => answers.length === 1, { what: "the question" });
    reading.dispose();
    answers[0]?.resolve("too late");
    await read;
    assert.deepEqual(shown, []);
  });
});
