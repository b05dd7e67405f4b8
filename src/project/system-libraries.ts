import { onDemand } from "../kit/on-demand.ts";

/** Packages by distribution, and by release where a release has names of its own. Nothing: none is known there. */
export interface PackagesBy {
  /** Debian and Ubuntu. */
  readonly debian?: readonly string[];
  /** Debian 13 and Ubuntu 24.04 and later: some names changed with the 64-bit time (`t64`), some with a new version. */
  readonly trixie?: readonly string[];
  readonly alpine?: readonly string[];
  readonly amazonlinux2023?: readonly string[];
}

export interface SystemLibrary {
  readonly name: string;
  /** Packages that bring it, on any distribution. */
  readonly broughtBy: RegExp;
  readonly run: PackagesBy;
  /** Its headers. */
  readonly build: PackagesBy;
}

/**
 * Every name of this table was looked up: Debian's in its own lists of packages, those of Alpine 3.22 and of Amazon
 * Linux 2023 in `scripts/system-packages/`, where each list says from what and when it was taken
 * (`scripts/native-packages.ts` does both). What was found in none of them stands here, and advice says so.
 */
const NOT_LOOKED_UP: ReadonlySet<string> = new Set(["libmemcached-awesome-devel"]);

/** The name of a package as advice gives it. */
export const asAdvised = (name: string): string => (NOT_LOOKED_UP.has(name) ? `${name} (name not looked up)` : name);

/** A distribution and its release, as the reference of an image tells them. */
export interface Distribution {
  readonly name: string;
  readonly release: string | undefined;
}

export function packagesOn(by: PackagesBy, distribution: Distribution | undefined): readonly string[] | undefined {
  if (distribution === undefined) return undefined;
  const { name, release } = distribution;
  if (name === "alpine") return by.alpine;
  if (name === "amazonlinux") return release === "2" ? undefined : by.amazonlinux2023;
  if (name !== "debian" && name !== "ubuntu") return undefined;
  return hasNewNames(distribution) ? (by.trixie ?? by.debian) : by.debian;
}

/** Without a release, a tag of today's official images means Debian 13. */
const hasNewNames = ({ name, release }: Distribution): boolean =>
  name === "ubuntu"
    ? Number(release ?? 99) >= 24.04
    : release === undefined || release === "trixie" || release === "sid";

const same = (debian: string, alpine: string, amazonlinux2023?: string, trixie?: string): PackagesBy => ({
  debian: debian.split(" "),
  alpine: alpine.split(" "),
  ...(amazonlinux2023 === undefined ? {} : { amazonlinux2023: amazonlinux2023.split(" ") }),
  ...(trixie === undefined ? {} : { trixie: trixie.split(" ") }),
});

/** Libraries of the operating system that Python packages load or are compiled against, and the packages that bring them. */
export const systemLibraries = onDemand(
  // oxlint-disable-next-line max-lines-per-function -- a table, made when it is asked for
  () =>
    ({
      LIBPQ: {
        name: "libpq",
        broughtBy: /^(?:libpq|postgresql)/,
        run: same("libpq5", "libpq", "libpq"),
        build: same("libpq-dev", "libpq-dev", "libpq-devel"),
      },
      LIBMARIADB: {
        name: "libmariadb",
        broughtBy: /^(?:libmariadb|libmysqlclient|mariadb|default-libmysqlclient|default-mysql-client|mysql)/,
        run: same("libmariadb3", "mariadb-connector-c", "mariadb-connector-c"),
        build: same("default-libmysqlclient-dev", "mariadb-connector-c-dev", "mariadb-connector-c-devel"),
      },
      LIBMAGIC: {
        name: "libmagic",
        broughtBy: /^(?:libmagic|file)/,
        run: same("libmagic1", "libmagic", "file-libs", "libmagic1t64"),
        build: same("libmagic-dev", "file-dev", "file-devel"),
      },
      LIBLDAP: {
        name: "libldap",
        broughtBy: /^(?:libldap|openldap)/,
        run: same("libldap-2.5-0", "libldap", "openldap", "libldap2"),
        build: same("libldap-dev libsasl2-dev", "openldap-dev", "openldap-devel cyrus-sasl-devel"),
      },
      CAIRO: {
        name: "cairo",
        broughtBy: /^(?:libcairo|cairo|libpango|pango|weasyprint)/,
        run: same("libcairo2", "cairo", "cairo"),
        build: same("libcairo2-dev", "cairo-dev", "cairo-devel"),
      },
      PANGO: {
        name: "pango",
        broughtBy: /^(?:libpango|pango|weasyprint)/,
        run: same(
          "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core",
          "pango font-dejavu",
          "pango dejavu-sans-fonts",
        ),
        build: {},
      },
      LIBZBAR: {
        name: "libzbar",
        broughtBy: /^(?:libzbar|zbar)/,
        // Alpine's `zbar` is the program, with Python and GTK.
        run: same("libzbar0", "libzbar", undefined, "libzbar0t64"),
        build: {},
      },
      UNIXODBC: {
        name: "unixODBC",
        broughtBy: /^(?:unixodbc|unixODBC|libodbc|msodbcsql)/,
        run: same("unixodbc", "unixodbc", "unixODBC"),
        build: same("unixodbc-dev", "unixodbc-dev", "unixODBC-devel"),
      },
      LIBGL: {
        name: "libGL",
        broughtBy: /^(?:libgl|mesa|libopencv)/,
        run: same("libgl1 libglib2.0-0", "mesa-gl glib", "mesa-libGL glib2", "libgl1 libglib2.0-0t64"),
        build: {},
      },
      LIBEXPAT: {
        name: "libexpat",
        broughtBy: /^(?:libexpat|libgdal|gdal|expat|python3)/,
        run: { debian: ["libexpat1"] },
        build: {},
      },
      LIBVIPS: {
        name: "libvips",
        broughtBy: /vips/,
        run: same("libvips42", "vips", undefined, "libvips42t64"),
        build: {},
      },
      ENCHANT: {
        name: "enchant",
        broughtBy: /enchant/,
        run: same("libenchant-2-2", "enchant2", "enchant2"),
        build: {},
      },
      GRAPHVIZ: {
        name: "graphviz",
        broughtBy: /graphviz|^libgvc/,
        run: same("libgvc6", "graphviz", "graphviz"),
        build: same("libgraphviz-dev", "graphviz-dev", "graphviz-devel"),
      },
      PORTAUDIO: {
        name: "portaudio",
        broughtBy: /portaudio/,
        run: same("libportaudio2", "portaudio"),
        build: same("portaudio19-dev", "portaudio-dev"),
      },
      LIBMEMCACHED: {
        name: "libmemcached",
        broughtBy: /^libmemcached/,
        run: same("libmemcached11", "libmemcached-libs", "libmemcached-awesome", "libmemcached11t64"),
        build: same(
          "libmemcached-dev zlib1g-dev",
          "libmemcached-dev zlib-dev",
          "libmemcached-awesome-devel zlib-devel",
        ),
      },
      LIBCURL: {
        name: "libcurl",
        broughtBy: /^(?:lib)?curl/,
        run: same("libcurl4", "libcurl", undefined, "libcurl4t64"),
        build: same("libcurl4-openssl-dev libssl-dev", "curl-dev openssl-dev", "libcurl-devel openssl-devel"),
      },
      LIBXML: {
        name: "libxml2",
        broughtBy: /^(?:libxml2|libxslt)/,
        run: same("libxml2 libxslt1.1", "libxml2 libxslt", "libxml2 libxslt"),
        build: same("libxml2-dev libxslt1-dev", "libxml2-dev libxslt-dev", "libxml2-devel libxslt-devel"),
      },
      XMLSEC: {
        name: "libxmlsec1",
        broughtBy: /xmlsec/,
        run: same("libxmlsec1-openssl", "xmlsec", "xmlsec1 xmlsec1-openssl", "libxmlsec1t64-openssl"),
        build: same("libxmlsec1-dev", "xmlsec-dev", "xmlsec1-devel xmlsec1-openssl-devel libtool-ltdl-devel"),
      },
      DBUS: {
        name: "libdbus",
        broughtBy: /^(?:lib)?dbus/,
        run: same("libdbus-1-3 libglib2.0-0", "dbus-libs glib", "dbus-libs glib2", "libdbus-1-3 libglib2.0-0t64"),
        build: same("libdbus-1-dev libglib2.0-dev", "dbus-dev glib-dev", "dbus-devel glib2-devel"),
      },
      LIBICU: {
        name: "libicu",
        broughtBy: /^(?:libicu|icu)/,
        run: same("libicu72", "icu-libs", "libicu", "libicu76"),
        build: same("libicu-dev", "icu-dev", "libicu-devel"),
      },
      POPPLER: {
        name: "poppler-cpp",
        broughtBy: /poppler/,
        run: same("libpoppler-cpp0v5", "poppler", "poppler-cpp", "libpoppler-cpp2"),
        build: same("libpoppler-cpp-dev", "poppler-dev", "poppler-cpp-devel"),
      },
      LIBSYBDB: {
        name: "libsybdb",
        broughtBy: /sybdb|^freetds/,
        run: same("libsybdb5", "freetds"),
        build: same("freetds-dev", "freetds-dev"),
      },
      LIBKRB5: {
        name: "libkrb5",
        broughtBy: /krb5/,
        run: same("libgssapi-krb5-2", "krb5-libs", "krb5-libs"),
        build: same("libkrb5-dev", "krb5-dev", "krb5-devel"),
      },
    }) satisfies Readonly<Record<string, SystemLibrary>>,
);
