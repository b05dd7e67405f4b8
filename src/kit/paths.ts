/** No system has longer paths: thousands of steps, each into a folder of the last, would grow without end. */
export const LONGEST_PATH = 4096;

/** Whether a path is a folder, which may be written with a slash at its end, or lies in it. */
export function isIn(path: string, folder: string): boolean {
  const within = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(within) || `${path}/` === within;
}
