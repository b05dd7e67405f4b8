import { CA_SECRET, type Packages, type Profile, systemUser } from "./profile.ts";

/** Needs and the packages of Amazon Linux 2023 that meet them. What is missing here (ffmpeg, tesseract) does not exist there. */
const PACKAGES: Packages = {
  compiler: { builder: ["gcc", "glibc-devel"], runtime: [] },
  // The image brings curl-minimal, which conflicts with the package `curl`: nothing to install.
  curl: { builder: [], runtime: [] },
  git: { builder: ["git-core"], runtime: ["git-core"] },
  gzip: { builder: ["gzip"], runtime: ["gzip"] },
  libmagic: { builder: ["file-libs"], runtime: ["file-libs"] },
  libpq: { builder: ["libpq-devel"], runtime: ["libpq"] },
  msgfmt: { builder: ["gettext"], runtime: [] },
  pdftoppm: { builder: ["poppler-utils"], runtime: ["poppler-utils"] },
  tar: { builder: ["tar"], runtime: ["tar"] },
};

const install = (packages: readonly string[]): string =>
  [
    // Its repositories are reached by HTTPS, so a company's proxy needs the company's CA here too.
    `if [ -s ${CA_SECRET} ]; then set -- --setopt=sslcacert=${CA_SECRET}; fi`,
    `dnf install -y "$@" --setopt=install_weak_deps=False --setopt=tsflags=nodocs ${packages.toSorted().join(" ")}`,
    "dnf clean all",
    "rm -rf /var/cache/dnf /var/log/dnf* /var/log/hawkey.log",
  ].join(" && ");

/** Amazon Linux 2023: its own Python stays 3.9 for life, so the wanted one is installed and called by its full name. */
export const amazonlinux2023: Profile = {
  id: "amazonlinux2023",
  title: "Amazon Linux 2023",
  distribution: { name: "amazonlinux", release: "2023" },
  packageManager: "dnf",
  image: () => "public.ecr.aws/amazonlinux/amazonlinux:2023",
  pythons: ["3.13", "3.12", "3.11"],
  interpreter: (python) => `/usr/bin/python${python}`,
  standardLibrary: (python) => `/usr/lib64/python${python}`,
  installPython: (python, packages) => install([`python${python}`, ...packages]),
  installPackages: install,
  packageFor: (need, stage) => PACKAGES[need]?.[stage],
  createUser: (user) => ({ line: systemUser(user), needs: ["shadow-utils"] }),
  nologin: "/sbin/nologin",
  shell: "bash",
  stdlibBytecode: "by-time",
  caBundle: "/etc/pki/tls/certs/ca-bundle.crt",
  programs: ["curl"],
};
