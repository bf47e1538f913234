export interface PanelHtmlOptions {
  /** `dist/webviews/<panel>.js`, as `webview.asWebviewUri` gives it. */
  scriptUri: string;
  /** `dist/webviews/<panel>.css`, likewise. */
  styleUri: string;
  /** `webview.cspSource`. */
  cspSource: string;
  /** At least 16 random bytes in base64url, new for every page. */
  nonce: string;
  /** The document's title, read out by screen readers. */
  title: string;
  /** Which page the script shows, where it has several. */
  page?: string;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The page of every panel: no content of its own, and a policy under which only the panel's own script runs, nothing is
 * loaded from elsewhere, nothing is framed or submitted, and text becomes HTML in the sanitiser and the toolkit alone
 * (trusted types).
 */
export function panelHtml({ scriptUri, styleUri, cspSource, nonce, title, page }: PanelHtmlOptions): string {
  // The toolkit tries out a rule in an inline style element: only an empty one passes, which is this text's hash.
  const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} ${emptyStyle}`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dompurify fast-html",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeAttribute(title)}</title>
    <link rel="stylesheet" href="${escapeAttribute(styleUri)}">
  </head>
  <body>
    <div id="panel"${page === undefined ? "" : ` data-page="${escapeAttribute(page)}"`}></div>
    <script nonce="${escapeAttribute(nonce)}" src="${escapeAttribute(scriptUri)}"></script>
  </body>
</html>
`;
}
