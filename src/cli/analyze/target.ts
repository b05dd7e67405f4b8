/** What one analysis is about: a service's folder, and the Dockerfile when it was named. */
export interface Target {
  /** As it is shown: relative to where the command runs, empty for that folder itself. */
  readonly folder: string;
  readonly dockerfile?: string;
}
