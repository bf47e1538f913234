import assert from "node:assert/strict";
import { untilTaken } from "../../../../extension/connection/until-taken.ts";
import { AppError } from "../../../../shared/errors.ts";

describe("untilTaken", () => {
  let heard: (string | undefined)[];
  let answers: (string | undefined)[];
  const ask = (wrong: string | undefined) => {
    heard.push(wrong);
    return Promise.resolve(answers.shift());
  };
  const take = (answer: string) => {
    if (answer === "right") return Promise.resolve({ answer });
    const code = answer === "broken" ? "unavailable" : answer === "odd" ? "invalid_input" : "unauthenticated";
    return Promise.reject(new AppError(code, `${answer} is not it`));
  };

  beforeEach(() => {
    heard = [];
    answers = [];
  });

  it("asks again, with what was wrong, until the answer is taken", async () => {
    answers = ["wrong", "odd", "right"];
    assert.deepEqual(await untilTaken(ask, take), { answer: "right" });
    assert.deepEqual(heard, [undefined, "wrong is not it", "odd is not it"]);
  });

  it("gives up after three wrong ones", async () => {
    answers = ["wrong", "wrong", "odd", "right"];
    await assert.rejects(untilTaken(ask, take), { code: "invalid_input" });
    assert.equal(heard.length, 3);
  });

  it("ends where the person gives up, and where it is not the answer that is wrong", async () => {
    answers = ["wrong", undefined];
    assert.equal(await untilTaken(ask, take), undefined);
    answers = ["broken", "right"];
    await assert.rejects(untilTaken(ask, take), { code: "unavailable" });
    assert.equal(heard.length, 3);
  });
});
