/** How far work has come; `percent` of the named step, where it is known. */
export interface HostProgress {
  step: string;
  percent: number | null;
}
