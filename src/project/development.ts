/** Names of groups, extras and files that are for development, as teams usually call them. */
const FOR_DEVELOPMENT =
  /^(?:dev|develop|development|tests?|testing|lint|linting|docs?|typing|types|ci|debug|notebooks?|bench|benchmarks?|format|qa|local|build)$/;

export const isForDevelopment = (name: string): boolean => FOR_DEVELOPMENT.test(name);
