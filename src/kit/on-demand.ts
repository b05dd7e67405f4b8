/**
 * What few need and every start would pay for: made when it is first asked for. A table of a module costs an analysis
 * its objects and the parsing of its patterns, also where nothing of it is looked up.
 */
export function onDemand<Made>(make: () => Made): () => Made {
  let made: { readonly it: Made } | undefined;
  return () => (made ??= { it: make() }).it;
}
