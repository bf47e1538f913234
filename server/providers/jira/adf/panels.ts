/** Jira's panels and the alerts of GitHub's markdown that look most like them. */
const alerts = [
  ["info", "NOTE"],
  ["success", "TIP"],
  ["note", "IMPORTANT"],
  ["warning", "WARNING"],
  ["error", "CAUTION"],
] as const;

/** Panels of other colours (`custom`) are notes. */
export function alertOfPanel(panelType: string): string {
  return alerts.find(([panel]) => panel === panelType)?.[1] ?? "NOTE";
}

export function panelOfAlert(alert: string): string | undefined {
  return alerts.find(([, name]) => name === alert.toUpperCase())?.[0];
}
