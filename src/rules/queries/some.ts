/** The first of several names; `…` stands for the others. */
export const some = (names: readonly string[], most = 4, between = ", "): string =>
  [...names.slice(0, most), ...(names.length > most ? ["…"] : [])].join(between);
