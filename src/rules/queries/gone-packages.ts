/** Releases of Debian, oldest first. */
export const RELEASES = ["bullseye", "bookworm", "trixie"] as const;
export type Release = (typeof RELEASES)[number];

/**
 * Packages that images ask for and that Debian's lists (main, amd64) do not have any more, by the first of these releases
 * without them, with what takes their place there; empty where nothing does. A name that several packages provide counts
 * as absent: apt takes none of them. Read from the lists of November 2026.
 */
const GONE: Readonly<Record<Release, Readonly<Record<string, string>>>> = {
  bullseye: {
    chromedriver: "chromium-driver",
    "chromium-browser": "chromium",
    "chromium-chromedriver": "chromium-driver",
    enchant: "enchant-2",
    firefox: "firefox-esr",
    "g++-8": "g++",
    "gcc-8": "gcc",
    lib32gcc1: "lib32gcc-s1",
    libcurl3: "libcurl4",
    libenchant1c2a: "libenchant-2-2",
    libffi6: "libffi8",
    libindicator7: "",
    "libjasper-dev": "",
    libjpeg8: "libjpeg62-turbo",
    "libjpeg8-dev": "libjpeg62-turbo-dev",
    "libmariadbclient-dev": "libmariadb-dev",
    "libmysqlclient-dev": "default-libmysqlclient-dev",
    "libpng12-0": "libpng16-16",
    "libpng12-dev": "libpng-dev",
    "libpython-dev": "libpython3-dev",
    "libreadline-gplv2-dev": "libreadline-dev",
    libreadline7: "libreadline8",
    "libspatialindex-c4v5": "libspatialindex-dev",
    "libssl1.0.0": "libssl3",
    "mongodb-clients": "",
    "mongodb-server": "",
    "multiarch-support": "",
    "mysql-client": "default-mysql-client",
    "mysql-server": "default-mysql-server",
    phantomjs: "",
    pstotext: "",
    "python-pip": "python3-pip",
    "python-virtualenv": "python3-venv",
    "qt5-default": "qtbase5-dev",
    realpath: "coreutils",
    "ttf-dejavu": "fonts-dejavu",
    "ttf-freefont": "fonts-freefont-ttf",
    "ttf-liberation": "fonts-liberation",
    unrar: "unrar-free",
  },
  bookworm: {
    "exfat-utils": "exfatprogs",
    "g++-9": "g++",
    "gcc-10": "gcc",
    "gcc-9": "gcc",
    "libdc1394-22-dev": "libdc1394-dev",
    libffi7: "libffi8",
    "libopenblas-base": "libopenblas0",
    "libssl1.1": "libssl3",
    libtbb2: "libtbb12",
    libtiff5: "libtiff6",
    libwebp6: "libwebp7",
    netcat: "netcat-openbsd",
    python: "python3",
    "python-dev": "python3-dev",
    "python-setuptools": "python3-setuptools",
    python2: "",
    "python2.7": "",
    "ttf-unifont": "fonts-unifont",
  },
  trixie: {
    "gconf-service": "",
    libaio1: "libaio1t64",
    libappindicator1: "",
    "libatlas-base-dev": "libopenblas-dev",
    "libcanberra-gtk-module": "libcanberra-gtk3-module",
    "libegl1-mesa": "libegl1",
    "libgconf-2-4": "",
    "libgl1-mesa-glx": "libgl1",
    "libgles2-mesa": "libgles2",
    "libhdf5-103": "",
    libncurses5: "libncurses6",
    "libqt5webkit5-dev": "",
    libtinfo5: "libtinfo6",
    ntp: "ntpsec",
    "policykit-1": "polkitd",
    "python3-distutils": "python3-setuptools",
    "software-properties-common": "",
    wkhtmltopdf: "",
    yarn: "yarnpkg",
  },
};

/** Those that carry a number: what each release has. */
const NUMBERED = [
  {
    name: /^openjdk-(\d+)-(?:jre|jdk)(?:-headless)?$/,
    has: { bullseye: ["11", "17"], bookworm: ["17"], trixie: ["21", "25"] },
    instead: "default-jre-headless",
  },
  {
    name: /^postgresql(?:-client)?-(\d+)$/,
    has: { bullseye: ["13"], bookworm: ["15"], trixie: ["17"] },
    instead: "postgresql-client",
  },
] as const;

/** What takes the place of a package that the release does not have, or an empty text; undefined where it may have it. */
export function goneFrom(release: Release, name: string): string | undefined {
  for (const { name: pattern, has, instead } of NUMBERED) {
    const number = pattern.exec(name)?.[1];
    if (number !== undefined) return (has[release] as readonly string[]).includes(number) ? undefined : instead;
  }
  const since = RELEASES.find((one) => Object.hasOwn(GONE[one], name));
  if (since === undefined || RELEASES.indexOf(since) > RELEASES.indexOf(release)) return undefined;
  return GONE[since][name];
}
