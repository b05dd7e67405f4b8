import type { Lines, Page } from "./dockerfile-page.ts";

/** COPY lines that bring what the service needs beside its environment from the builder, with what was made of it there. */
export function runtimeCopies(page: Page): Lines {
  const { image } = page;
  const { copies, workdir } = image;
  const flat = copies.filter(
    (copy) => page.service.files.includes(copy.from) && copy.to === `${workdir}/${copy.from.split("/").at(-1)}`,
  );
  const rest = copies.filter((copy) => !flat.includes(copy));
  // Bytecode of a module that is copied alone lies beside it, in a folder that nobody names.
  const modules = image.bytecode.app ? copies.filter(({ to }) => to.endsWith(".py")) : [];
  const caches = [...new Set(modules.map(({ to }) => `${to.slice(0, to.lastIndexOf("/"))}/__pycache__`))];
  // What is made inside a copied folder comes with it.
  const made = (page.image.steps?.makes ?? [])
    .map((path) => `${workdir}/${path}`)
    .filter((path) => !copies.some((copy) => `${path}/`.startsWith(`${copy.to}/`)));
  return [
    ...(flat.length === 0
      ? []
      : [`COPY --from=builder --chown=0:0 ${flat.map((copy) => copy.to).join(" ")} ${workdir}/`]),
    ...[...caches, ...rest.map((copy) => copy.to), ...made].map(
      (path) => `COPY --from=builder --chown=0:0 ${path} ${path}`,
    ),
  ];
}
