/** A route that fails where everything is allowed too proves nothing under stricter rules. */
export function isWorse(usual: number | undefined, status: number): boolean {
  if (usual === undefined || usual === 0 || usual >= 500) return false;
  return status === 0 || Math.floor(status / 100) !== Math.floor(usual / 100);
}
