/** `ssh://git@host/team/lib.git`, `git+ssh://…` and `git@host:team/lib.git` ask for a key. */
export const isOverSsh = (address: string | undefined): boolean =>
  /^(?:(?:git|hg|bzr|svn)\+)?ssh:\/\/|^(?:git\+)?[\w.-]+@[\w.-]+:(?!\/\/)/.test(address ?? "");

/** For a package that a lock takes from git. */
export const overSsh = (address: string | undefined): { readonly overSsh?: true } =>
  isOverSsh(address) ? { overSsh: true } : {};
