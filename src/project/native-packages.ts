import { onDemand } from "../kit/on-demand.ts";
import {
  type Distribution,
  type PackagesBy,
  packagesOn,
  type SystemLibrary,
  systemLibraries,
} from "./system-libraries.ts";

/** What a Python package with compiled parts needs of the operating system. */
export interface NativePackage {
  /** Libraries that it loads. */
  readonly loads: readonly SystemLibrary[];
  /**
   * What its maintainers publish for Linux: no wheel at all, so that it is compiled everywhere; wheels with the
   * libraries in them, so that these are needed only where it is compiled all the same; wheels, or plain Python, that
   * load the system's libraries.
   */
  readonly wheels: "none" | "whole" | "bare";
  /** It asks pkg-config where its libraries are. */
  readonly pkgConfig?: true;
  /** What else compiling needs. */
  readonly builds?: PackagesBy;
  /** What to take to need no library of the system. */
  readonly instead?: string;
  /** Packages beside which it needs no library of the system. */
  readonly unless?: readonly string[];
}

const compiled = (...loads: readonly SystemLibrary[]): NativePackage => ({ loads, wheels: "none" });
const whole = (...loads: readonly SystemLibrary[]): NativePackage => ({ loads, wheels: "whole" });
const bare = (...loads: readonly SystemLibrary[]): NativePackage => ({ loads, wheels: "bare" });

/** Each is put together when it is asked for: most services have none of them, and none needs the table of libraries. */
// oxlint-disable-next-line max-lines-per-function -- a table, made when it is asked for
const packages = onDemand((): Readonly<Record<string, () => NativePackage>> => {
  const library = systemLibraries;
  return {
    psycopg2: () => compiled(library().LIBPQ),
    "psycopg-c": () => compiled(library().LIBPQ),
    psycopg: () => ({ ...bare(library().LIBPQ), unless: ["psycopg-binary", "psycopg-c"] }),
    mysqlclient: () => ({ ...compiled(library().LIBMARIADB), pkgConfig: true }),
    mariadb: () => compiled(library().LIBMARIADB),
    "python-ldap": () => compiled(library().LIBLDAP),
    pycairo: () => ({ ...compiled(library().CAIRO), pkgConfig: true }),
    pyicu: () => ({ ...compiled(library().LIBICU), pkgConfig: true }),
    pyaudio: () => compiled(library().PORTAUDIO),
    pylibmc: () => compiled(library().LIBMEMCACHED),
    pdftotext: () => ({ ...compiled(library().POPPLER), pkgConfig: true }),
    "dbus-python": () => ({ ...compiled(library().DBUS), pkgConfig: true }),
    gssapi: () => compiled(library().LIBKRB5),
    krb5: () => compiled(library().LIBKRB5),
    pygobject: () => ({
      ...compiled(),
      pkgConfig: true,
      builds: {
        debian: ["libgirepository1.0-dev", "libcairo2-dev"],
        trixie: ["libgirepository-2.0-dev", "libcairo2-dev"],
        alpine: ["gobject-introspection-dev", "cairo-dev"],
        amazonlinux2023: ["gobject-introspection-devel", "cairo-gobject-devel"],
      },
    }),
    "systemd-python": () => ({
      ...compiled(),
      pkgConfig: true,
      builds: { debian: ["libsystemd-dev"], amazonlinux2023: ["systemd-devel"] },
    }),
    pysqlite3: () => ({
      ...compiled(),
      builds: { debian: ["libsqlite3-dev"], alpine: ["sqlite-dev"], amazonlinux2023: ["sqlite-devel"] },
    }),
    // On musl they read the headers of the kernel.
    uwsgi: () => ({ ...compiled(), builds: { debian: [], alpine: ["linux-headers"], amazonlinux2023: [] } }),
    netifaces: () => ({ ...compiled(), builds: { debian: [], alpine: ["linux-headers"], amazonlinux2023: [] } }),
    annoy: () => compiled(),
    fasttext: () => compiled(),
    hnswlib: () => compiled(),
    "llama-cpp-python": () => compiled(),
    pycrypto: () => compiled(),
    lxml: () => whole(library().LIBXML),
    xmlsec: () => ({ ...whole(library().XMLSEC, library().LIBXML), pkgConfig: true }),
    pycurl: () => whole(library().LIBCURL),
    pymssql: () => whole(library().LIBSYBDB),
    pygraphviz: () => ({ ...whole(library().GRAPHVIZ), pkgConfig: true }),
    weasyprint: () => bare(library().PANGO),
    cairocffi: () => bare(library().CAIRO),
    cairosvg: () => bare(library().CAIRO),
    "python-magic": () => bare(library().LIBMAGIC),
    pyzbar: () => bare(library().LIBZBAR),
    pyodbc: () => bare(library().UNIXODBC),
    "opencv-python": () => ({ ...bare(library().LIBGL), instead: "opencv-python-headless" }),
    "opencv-contrib-python": () => ({ ...bare(library().LIBGL), instead: "opencv-contrib-python-headless" }),
    rasterio: () => bare(library().LIBEXPAT),
    fiona: () => bare(library().LIBEXPAT),
    pyvips: () => ({ ...bare(library().LIBVIPS), unless: ["pyvips-binary"] }),
    pyenchant: () => bare(library().ENCHANT),
  };
});

/** By its normalised name; undefined for what needs nothing, as far as is known. */
export const nativePackage = (name: string): NativePackage | undefined =>
  Object.hasOwn(packages(), name) ? packages()[name]?.() : undefined;

export const nativePackageNames = (): readonly string[] => Object.keys(packages());

/** Packages of the operating system that compile something, the compiler first; those whose names are not known are left out. */
export const buildPackagesOf = (
  names: readonly string[],
  distribution: Distribution | undefined,
): readonly string[] => [
  ...new Set([
    ...(packagesOn(COMPILER, distribution) ?? []),
    ...names.flatMap((name) => headersOf(name, distribution)),
  ]),
];

/** What compiling one package takes besides the compiler. */
export function headersOf(name: string, distribution: Distribution | undefined): readonly string[] {
  const native = nativePackage(name);
  if (native === undefined) return [];
  const { loads, builds = {}, pkgConfig } = native;
  return [...(pkgConfig === true ? [PKG_CONFIG] : []), ...loads.map(({ build }) => build), builds].flatMap(
    (by) => packagesOn(by, distribution) ?? [],
  );
}

/** C and C++, with the headers of the C library. */
const COMPILER: PackagesBy = {
  debian: ["build-essential"],
  alpine: ["build-base"],
  amazonlinux2023: ["gcc-c++", "glibc-devel"],
};
const PKG_CONFIG: PackagesBy = {
  debian: ["pkg-config"],
  alpine: ["pkgconf"],
  amazonlinux2023: ["pkgconf-pkg-config"],
};
