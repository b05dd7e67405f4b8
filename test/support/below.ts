type Files = Readonly<Record<string, string>>;

/** Files of a repository that lie at its top in any case. */
const AT_THE_TOP = /^(?:Dockerfile|\.dockerignore|\.gitignore)$|^\.github\/|compose|^k8s\//;

/** A service whose project lies at the top, as it is with the project in `backend/` and all else where it was. */
export function below(project: Files): Files {
  const moved = Object.entries(project).map(([file, text]) => [AT_THE_TOP.test(file) ? file : `backend/${file}`, text]);
  const ignoring = [".dockerignore", ".gitignore"].flatMap((file) =>
    project[file] === undefined
      ? []
      : [[file, project[file].replaceAll(/^(!?)(?=[\w*-]+\.(?:lock|md)$)/gm, "$1backend/")]],
  );
  return Object.fromEntries([...moved, ...ignoring, ["Dockerfile", fromAbove(project["Dockerfile"] ?? "")]]) as Files;
}

/** The same Dockerfile with its COPY lines and bind mounts written from the folder above. */
const fromAbove = (dockerfile: string): string =>
  dockerfile
    .replaceAll(/source=(?=[\w.-])/g, "source=backend/")
    .replaceAll(/^(?:COPY|ADD) (?!.*(?:--from=|<<)).*$/gm, (line) => {
      const [keyword = "", ...words] = line.split(/\s+/);
      const to = words.pop() ?? "";
      return [keyword, ...words.map(sourceBelow), to].join(" ");
    });

const sourceBelow = (word: string): string =>
  /^--|:\/\//.test(word) ? word : `backend/${word.replace(/^\.?\//, "").replace(/^\.$/, "")}`;
