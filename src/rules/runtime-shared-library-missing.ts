import { baseOf } from "./queries/base.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

interface Library {
  /** Packages that bring it, on any distribution. */
  readonly needs: RegExp;
  readonly library: string;
  /** The package that brings it, by the name of the distribution or of its release; Debian's is the one for all others. */
  readonly packages: Readonly<{ debian: string; alpine: string; trixie?: string }>;
}

const PQ: Library = {
  needs: /^(libpq|postgresql)/,
  library: "libpq",
  packages: { debian: "libpq5", alpine: "libpq" },
};
const CAIRO: Library = {
  needs: /^(libcairo|cairo|libpango|pango|weasyprint)/,
  library: "cairo",
  packages: { debian: "libcairo2", alpine: "cairo" },
};

/** Distributions that load a library of the system; their `-binary` and wheel-bundled siblings are not here. */
const libraries: Readonly<Record<string, Library>> = {
  psycopg2: PQ,
  "psycopg-c": PQ,
  mysqlclient: {
    needs: /^(libmariadb|libmysqlclient|mariadb|default-libmysqlclient|mysql)/,
    library: "libmariadb",
    packages: { debian: "libmariadb3", alpine: "mariadb-connector-c" },
  },
  "python-magic": {
    needs: /^(libmagic|file)/,
    library: "libmagic",
    packages: { debian: "libmagic1", trixie: "libmagic1t64", alpine: "libmagic" },
  },
  weasyprint: {
    needs: /^(libpango|pango|weasyprint)/,
    library: "pango",
    packages: { debian: "libpango-1.0-0, libpangoft2-1.0-0 and a font", alpine: "pango and a font" },
  },
  "python-ldap": {
    needs: /^(libldap|openldap)/,
    library: "libldap",
    packages: { debian: "libldap-2.5-0", trixie: "libldap2", alpine: "libldap" },
  },
  "opencv-python": {
    needs: /^(libgl|mesa|libopencv)/,
    library: "libGL",
    packages: { debian: "libgl1, or take opencv-python-headless", alpine: "take opencv-python-headless" },
  },
  pycairo: CAIRO,
  cairocffi: CAIRO,
  cairosvg: CAIRO,
  pyzbar: {
    needs: /^(libzbar|zbar)/,
    library: "libzbar",
    packages: { debian: "libzbar0", trixie: "libzbar0t64", alpine: "zbar" },
  },
  pyodbc: {
    needs: /^(unixodbc|libodbc|msodbcsql)/,
    library: "unixODBC",
    packages: { debian: "unixodbc", alpine: "unixodbc" },
  },
};
const pyproject = (dependency: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "${dependency}"]\n`;

export const runtimeSharedLibraryMissing: Rule = {
  id: "runtime-shared-library-missing",
  title: "A dependency loads a system library that the shipped image does not have",
  why: "It was compiled in a builder where the -dev package had brought the library along. In the slim runtime the import ends with `libpq.so.5: cannot open shared object file`.",
  source: "Traps T26, T28 (wger #1409); analyzers.md fixture 59: found by no other tool",
  severity: "warning",
  confidence: "likely",
  advice:
    "Install the runtime package in the last stage. `ldd` on every .so of the environment, run in that stage, proves the list.",
  aliases: ["IMG009"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: ["psycopg2==2.9.10", "cairosvg==2.8.2", "pyzbar==0.1.9"].map((dependency) =>
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": pyproject(dependency), "uv.lock": "" }),
    ),
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends libcairo2 && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": pyproject("cairosvg==2.8.2"),
        "uv.lock": "",
      }),
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": pyproject("psycopg2-binary==2.9.10"), "uv.lock": "" }),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": pyproject("psycopg2==2.9.10"),
        "uv.lock": "",
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    const base = stage && baseOf(rootImage(dockerfile, stage));
    // The full python images bring most libraries; of others we do not know what they hold.
    if (!stage || base?.name !== "python" || !base.minimal) return;
    const steps = shippedSteps(dockerfile);
    const packages = [...packagesLeft(steps).keys()];
    const copiesLibraries = steps.some(
      ({ instruction }) => instruction.keyword === "COPY" && /\/lib(64)?(\/|$)|\.so/.test(instruction.args),
    );
    if (copiesLibraries || packages.some((name) => name.includes("$"))) return;
    const told = new Set<object>();
    for (const name of service.dependencies.runtimeClosure) {
      const library = libraries[name];
      if (!library || told.has(library) || packages.some((one) => library.needs.test(one))) continue;
      told.add(library);
      yield {
        message: `${name} needs ${library.library} (${packageOf(library, base)}), which ${base.reference} does not have and no step of the shipped stage installs.`,
        where: at(dockerfile, stage.from),
      };
    }
  },
};

function packageOf({ packages }: Library, { distribution }: ReturnType<typeof baseOf>): string {
  if (distribution?.name === "alpine") return packages.alpine;
  return distribution?.release === "trixie" ? (packages.trixie ?? packages.debian) : packages.debian;
}
