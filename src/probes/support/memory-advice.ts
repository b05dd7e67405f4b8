const MIB = 2 ** 20;

/** Half as much again as was seen, rounded up to a number that people write. */
export function memoryAdvice(peakBytes: number): number {
  const wanted = (1.5 * peakBytes) / MIB;
  const step = [32, 128, 512].find((size) => wanted <= 16 * size) ?? 1024;
  return Math.ceil(wanted / step) * step * MIB;
}
