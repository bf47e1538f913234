import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { Issue, IssueAbilities } from "../../shared/entities/issue.ts";
import { AppError } from "../../shared/errors.ts";

/** An issue of those that were chosen with which something is not done. */
export interface Skipped {
  issue: Issue;
  /** For people, after the issue's key: "is closed already". */
  why: string;
}

export interface Able {
  issues: Issue[];
  skipped: Skipped[];
  /** Whether all their trackers take several assignees. */
  severalAssignees: boolean;
}

type Action = "comment" | "changeStatus" | "label" | "assign";

/**
 * The issues with which something can be done; the others with the reason. Where it can be done with none, that is an
 * error.
 * @param needless why it need not be done with an issue; counts where others remain
 * @throws AppError forbidden for none that is left; what the server answered
 */
export async function whereAble(
  aiops: Aiops,
  issues: readonly Issue[],
  action: Action,
  needless: (issue: Issue) => string | undefined = () => undefined,
): Promise<Able> {
  const ofLinks = new Map<string, IssueAbilities>();
  for (const [linkId, issue] of new Map(issues.map((one) => [one.linkId, one]))) {
    ofLinks.set(linkId, await aiops.model.abilities.read(issue));
  }
  const reasons = issues.map((issue) => ({
    issue,
    why:
      issue.gone === true
        ? vscode.l10n.t("is not at its tracker any more")
        : ofLinks.get(issue.linkId)?.[action] === true
          ? undefined
          : refusal(action),
  }));
  const possible = reasons.filter(({ why }) => why === undefined).map(({ issue }) => issue);
  const [first] = reasons;
  if (possible.length === 0 && first !== undefined) {
    throw new AppError("forbidden", `${first.issue.key} ${first.why ?? ""}.${more(reasons.length - 1)}`);
  }
  const needed = possible.filter((issue) => needless(issue) === undefined);
  const chosen = needed.length > 0 ? needed : possible;
  const skipped = reasons.flatMap(({ issue, why }) =>
    chosen.includes(issue) ? [] : [{ issue, why: why ?? needless(issue) ?? "" }],
  );
  const severalAssignees = chosen.every(({ linkId }) => ofLinks.get(linkId)?.severalAssignees === true);
  return { issues: chosen, skipped, severalAssignees };
}

function refusal(action: Action): string {
  const sentences: Record<Action, string> = {
    comment: vscode.l10n.t("is at a tracker that does not let this connection's account comment"),
    changeStatus: vscode.l10n.t("is at a tracker that does not let this connection's account close or reopen issues"),
    label: vscode.l10n.t("is at a tracker that does not let this connection's account change labels"),
    assign: vscode.l10n.t("is at a tracker that does not let this connection's account assign issues"),
  };
  return sentences[action];
}

function more(count: number): string {
  return count === 0 ? "" : vscode.l10n.t(" So {0} more.", count);
}
