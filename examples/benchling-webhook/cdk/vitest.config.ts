/** Its own, so that no configuration of a folder above is taken. */
export default { test: { include: ["*.test.ts"] } };
