import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import type { RepositoryData } from "../../fixtures/github/model.ts";

/** 249 issues, every third closed and with a comment, and one pull request. */
export function widgets(): RepositoryData {
  const issues = Array.from({ length: 250 }, (_, index) => {
    const number = index + 1;
    const third = number % 3 === 0;
    return issueData({
      number,
      state: third ? "closed" : "open",
      closedAt: third ? minutesAfterStart(number + 1) : null,
      comments: third
        ? [
            commentData({
              body: `Comment ${number} of a kind`,
              authorAssociation: "OWNER",
              createdAt: minutesAfterStart(number),
            }),
          ]
        : [],
    });
  });
  issues[199] = issueData({
    number: 200,
    pullRequest: { mergedAt: null },
    comments: [commentData({ body: "Review" })],
  });
  return repositoryData(issues);
}

/** 1,200 plain issues, for listings of several pages. */
export function gadgets(): RepositoryData {
  return repositoryData(Array.from({ length: 1_200 }, (_, index) => issueData({ number: index + 1 })));
}
