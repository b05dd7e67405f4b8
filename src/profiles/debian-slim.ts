import { type Packages, type Profile, systemUser } from "./profile.ts";

/** Needs, as the rest of the program names them, and the Debian packages that meet them (bookworm and trixie alike). */
const PACKAGES: Packages = {
  compiler: { builder: ["gcc", "libc6-dev"], runtime: [] },
  curl: { builder: ["curl"], runtime: ["curl"] },
  ffmpeg: { builder: ["ffmpeg"], runtime: ["ffmpeg"] },
  git: { builder: ["git"], runtime: ["git"] },
  libmagic: { builder: ["libmagic1"], runtime: ["libmagic1"] },
  libmariadb: { builder: ["default-libmysqlclient-dev", "pkg-config"], runtime: ["libmariadb3"] },
  libpq: { builder: ["libpq-dev"], runtime: ["libpq5"] },
  envsubst: { builder: ["gettext-base"], runtime: ["gettext-base"] },
  jq: { builder: ["jq"], runtime: ["jq"] },
  msgfmt: { builder: ["gettext"], runtime: [] },
  mysql: { builder: ["default-mysql-client"], runtime: ["default-mysql-client"] },
  netcat: { builder: ["netcat-openbsd"], runtime: ["netcat-openbsd"] },
  pdftoppm: { builder: ["poppler-utils"], runtime: ["poppler-utils"] },
  pg_dump: { builder: ["postgresql-client"], runtime: ["postgresql-client"] },
  psql: { builder: ["postgresql-client"], runtime: ["postgresql-client"] },
  "redis-cli": { builder: ["redis-tools"], runtime: ["redis-tools"] },
  tesseract: { builder: ["tesseract-ocr"], runtime: ["tesseract-ocr"] },
  wget: { builder: ["wget"], runtime: ["wget"] },
  xmlsec1: { builder: ["xmlsec1"], runtime: ["xmlsec1"] },
};

/** The official `python` images on Debian, without build tools. */
export const debianSlim: Profile = {
  id: "debian-slim",
  title: "Official Python on Debian, slim",
  distribution: { name: "debian", release: undefined },
  packageManager: "apt",
  image: (python) => `python:${python}-slim`,
  // 3.14 is taken where it runs today or is asked for: not everything that is locked has wheels for it.
  pythons: ["3.13", "3.12", "3.14", "3.11"],
  interpreter: () => "/usr/local/bin/python",
  standardLibrary: (python) => `/usr/local/lib/python${python.split(".").slice(0, 2).join(".")}`,
  installPython: () => undefined,
  installPackages: (packages) =>
    [
      "apt-get update",
      `apt-get install -y --no-install-recommends ${packages.toSorted().join(" ")}`,
      // The official images empty this cache by themselves; a mirror's image made with debootstrap keeps every archive.
      "apt-get clean",
      "rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/ldconfig/aux-cache",
    ].join(" && "),
  packageFor: (need, stage) => PACKAGES[need]?.[stage],
  createUser: (user) => ({ line: systemUser(user), needs: [] }),
  nologin: "/usr/sbin/nologin",
  shell: "dash",
  stdlibBytecode: "none",
  caBundle: "/etc/ssl/certs/ca-certificates.crt",
  programs: ["pip"],
};
