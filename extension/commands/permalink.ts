/**
 * The web address of lines of a file in a commit, for a remote of GitHub, GitLab or one like them.
 * @param remote as git has it: https, ssh, or git@host:path
 * @returns undefined for a remote that has no web page, as a folder
 */
export function permalinkOf(
  remote: string,
  commit: string,
  path: string,
  first: number,
  last: number,
): string | undefined {
  const place =
    /^(?:https|ssh):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(remote) ??
    /^(?:[^@/]+@)?([^/:]+):([^/].*)$/.exec(remote);
  const [, host, name] = place ?? [];
  if (host === undefined || name === undefined || !/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  const repository = name.replace(/(?:\.git)?\/*$/, "");
  const file = path.split("/").map(encodeURIComponent).join("/");
  // GitLab keeps its own pages below /-/ and its ranges without a second L.
  const isGitLab = host.includes("gitlab");
  const range = first === last ? `L${first}` : `L${first}-${isGitLab ? "" : "L"}${last}`;
  return `https://${host}/${repository}/${isGitLab ? "-/" : ""}blob/${commit}/${file}#${range}`;
}
