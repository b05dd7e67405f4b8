/** Whether a path is a folder, which may be written with a slash at its end, or lies in it. */
export function isIn(path: string, folder: string): boolean {
  const within = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(within) || `${path}/` === within;
}
