import { profiles } from "../profiles/index.gen.ts";
import { CA_SECRET, type Profile } from "../profiles/profile.ts";
import type { ImageSpec, Pin, Plan, Service } from "../model/types.ts";
import { comment } from "./comment.ts";
import { imageName, titleOf } from "./image-name.ts";
import { arrayText, envLines, labelLines, runLines } from "./instruction.ts";

interface Page {
  readonly plan: Plan;
  readonly image: ImageSpec;
  readonly profile: Profile;
  readonly pins: readonly Pin[];
  readonly service: Service;
}

type Lines = readonly string[];

/** The words of the decisions that a block carries out, so that the file says why and says it truly. */
function why(page: Page, ...ids: readonly string[]): Lines {
  return ids.flatMap((id) => {
    const decision = page.plan.decisions.find((one) => one.id === id);
    return decision === undefined ? [] : comment(`[${id}] ${decision.because}`);
  });
}

function from(page: Page, image: string, stage: string): Lines {
  const { name, note } = imageName(image, page.pins);
  return [...(note === undefined ? [] : [`# ${note}`]), `FROM ${name} AS ${stage}`];
}

const COMPILE = "-m compileall -q -j 0 --invalidation-mode unchecked-hash";
/** Parts of the standard library that no service imports. */
const SELDOM =
  "/(test|tests|idlelib|turtledemo|tkinter|ensurepip|lib2to3|pydoc_data|config-[^/]*|site-packages|dist-packages)/";

function header({ service, image }: Page): Lines {
  return [
    ...comment(
      `Production image of ${titleOf(service.name)}, written by seaworthy from what the project's files say. A word in brackets names the decision that a block carries out; contracts/container.md says what the image promises.`,
    ),
    `# Build: docker build -f ${image.dockerfile} -t ${imageTag(service)} ${image.context}`,
    ...comment(
      "Behind a proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY are predefined build arguments and stay out of the image. With a company CA add --secret id=ca-bundle,src=bundle.pem: it is mounted while uv downloads and is in no layer.",
    ),
  ];
}

export const imageTag = (service: Service): string => `${service.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-prod`;

function baseStage(page: Page): Lines {
  const { image, profile } = page;
  const { interpreter, python } = image.base;
  const install = profile.installPython(python, "builder");
  const stdlib = `${interpreter} ${COMPILE} -x '${SELDOM}' "$(${interpreter} -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"`;
  return [
    ...why(page, "base"),
    ...from(page, image.base.image, "base"),
    "",
    ...why(page, "bytecode"),
    ...profileRun(install ?? "", ...(image.bytecode.stdlib ? [stdlib] : [])),
  ];
}

function syncCommand({ image }: Page, ...more: readonly string[]): string {
  const { groups, extras, locked } = image.sync;
  return [
    "uv sync",
    ...(locked ? ["--locked"] : []),
    "--no-default-groups",
    ...groups.map((name) => `--group ${name}`),
    ...extras.map((name) => `--extra ${name}`),
    ...more,
  ].join(" ");
}

/** uv, its cache and the company's CA are there while it works, and gone afterwards. */
function syncMounts({ image }: Page): Lines {
  return [
    "--mount=type=bind,from=uv,source=/uv,target=/usr/local/bin/uv",
    `--mount=type=cache,target=${image.sync.cache}`,
    CA_MOUNT,
  ];
}

const WITH_CA = `if [ -s ${CA_SECRET} ]; then export SSL_CERT_FILE=${CA_SECRET}; fi`;
const CA_MOUNT = "--mount=type=secret,id=ca-bundle";

/**
 * Shell lines of a profile as one RUN; those that look for the company's CA get it mounted. Package versions are those
 * of the base's release on the day of the build: the distributions keep no others, so none are written down.
 */
function profileRun(line: string, ...more: readonly string[]): Lines {
  const steps = [...(line === "" ? [] : line.split(" && ")), ...more];
  const unversioned = { "apt-get install": "DL3008", "dnf install": "DL3041" };
  const hints = Object.entries(unversioned).filter(([command]) => line.includes(command));
  return [
    ...hints.map(([, rule]) => `# hadolint ignore=${rule}`),
    ...runLines(line.includes(CA_SECRET) ? [CA_MOUNT] : [], steps),
  ];
}

const osPackages = (profile: Profile, names: Lines): Lines =>
  names.length === 0 ? [] : profileRun(profile.installPackages(names));

function dependencies(page: Page): Lines {
  const { image, profile } = page;
  const { sync, workdir, packages } = image;
  const manifests = ["pyproject.toml", sync.lock].map(
    (file) => `--mount=type=bind,source=${file},target=${workdir}/${file}`,
  );
  return [
    "FROM base AS builder",
    ...osPackages(profile, packages.builder),
    ...envLines({
      UV_PROJECT_ENVIRONMENT: sync.venv,
      UV_PYTHON: image.base.interpreter,
      UV_PYTHON_DOWNLOADS: "never",
      UV_CACHE_DIR: sync.cache,
      UV_LINK_MODE: "copy",
      UV_NO_INSTALLER_METADATA: "1",
    }),
    `WORKDIR ${workdir}`,
    "",
    ...why(page, "uv", "sync"),
    ...runLines([...syncMounts(page), ...manifests], [WITH_CA, syncCommand(page, "--no-install-project")]),
    ...(image.bytecode.venv
      ? [
          "",
          ...comment(
            "[bytecode] Some packages ship templates that are no valid Python: they may fail, and the rest is compiled.",
          ),
          `RUN ${sync.venv}/bin/python ${COMPILE} ${sync.venv}/lib || true`,
        ]
      : []),
  ];
}

/** COPY lines into the builder: one for all single files of a folder, one for each folder. */
function copyLines(page: Page, paths: readonly string[]): Lines {
  const { service, image } = page;
  const isFile = (path: string) => service.files.includes(path);
  const flat = paths.filter((path) => isFile(path) && !path.includes("/"));
  const nested = paths.filter((path) => !flat.includes(path));
  return [
    ...(flat.length === 0 ? [] : [`COPY ${flat.join(" ")} ${image.workdir}/`]),
    ...nested.map((path) => `COPY ${path} ${image.workdir}/${path}`),
  ];
}

const isPython = (page: Page, path: string): boolean =>
  path.endsWith(".py") || page.service.files.some((file) => file.startsWith(`${path}/`) && file.endsWith(".py"));

/** Where the service's own Python files lie when everything is installed. */
function ownCode(page: Page): Lines {
  const { image, service } = page;
  const minor = image.base.python.split(".").slice(0, 2).join(".");
  const installed =
    image.sync.project === "no-editable"
      ? service.packaging.importPackages.map(
          (path) => `${image.sync.venv}/lib/python${minor}/site-packages/${path.split("/").at(-1)}`,
        )
      : [];
  return [...installed, ...image.copies.filter((copy) => isPython(page, copy.from)).map((copy) => copy.to)];
}

function application(page: Page): Lines {
  const { image } = page;
  const { sync } = image;
  const project = sync.project !== "none";
  const copied = image.copies.map((copy) => copy.from);
  const sources = project ? ["pyproject.toml", sync.lock, ...(sync.sources ?? [])] : [];
  const code = ownCode(page);
  const compile = `${sync.venv}/bin/python ${COMPILE} ${code.join(" ")}`;
  const readable = [...new Set([...code, ...image.copies.map((copy) => copy.to)])];
  const modes = readable.length === 0 ? [] : [`chmod -R u=rwX,go=rX ${readable.join(" ")}`];
  const install = project
    ? [WITH_CA, syncCommand(page, ...(sync.project === "no-editable" ? ["--no-editable"] : []))]
    : [];
  const steps = [...install, ...(image.bytecode.app && code.length > 0 ? [compile] : []), ...modes];
  return [
    ...why(page, "copies"),
    ...copyLines(page, [...new Set([...sources, ...copied])]),
    ...(steps.length === 0
      ? []
      : [
          ...comment("[ownership] Modes are set here, so they do not depend on the umask of whoever checked out."),
          ...runLines(project ? syncMounts(page) : [], steps),
        ]),
  ];
}

function runtime(page: Page): Lines {
  const { image, profile } = page;
  const { user, sync, packages, writable = [] } = image;
  const create = profile.createUser(user);
  const install = [...packages.runtime, ...create.needs];
  return [
    "FROM base AS runtime",
    ...why(page, "packages"),
    ...osPackages(profile, install),
    "",
    ...why(page, "user"),
    ...runLines([], create.line.split(" && ")),
    "",
    ...why(page, "workdir"),
    `WORKDIR ${image.workdir}`,
    ...(writable.length === 0
      ? []
      : ["", ...why(page, "writable"), `RUN install -d -o ${user.uid} -g 0 -m 0770 ${writable.join(" ")}`]),
    "",
    ...why(page, "environment"),
    ...envLines(image.env),
    "",
    ...why(page, "ownership"),
    `COPY --from=builder --chown=0:0 ${sync.venv} ${sync.venv}`,
    ...runtimeCopies(page),
  ];
}

function runtimeCopies(page: Page): Lines {
  const { copies, workdir } = page.image;
  const flat = copies.filter((copy) => page.service.files.includes(copy.from) && !copy.from.includes("/"));
  const rest = copies.filter((copy) => !flat.includes(copy));
  return [
    ...(flat.length === 0
      ? []
      : [`COPY --from=builder --chown=0:0 ${flat.map((copy) => copy.to).join(" ")} ${workdir}/`]),
    ...rest.map((copy) => `COPY --from=builder --chown=0:0 ${copy.to} ${copy.to}`),
  ];
}

function settings(page: Page): Lines {
  const { image } = page;
  const { user, health } = image;
  const digest = page.pins.find((pin) => pin.image === image.base.image)?.digest;
  return [
    `USER ${user.uid}:${user.gid}`,
    ...image.volumes.map((path) => `VOLUME ${arrayText([path])}`),
    "",
    ...why(page, "ports"),
    `EXPOSE ${image.ports.join(" ")}`,
    "",
    ...why(page, "health"),
    ...(health === undefined
      ? []
      : [
          `HEALTHCHECK --interval=${health.intervalSeconds}s --timeout=${health.timeoutSeconds}s --start-period=${health.startPeriodSeconds}s --retries=${health.retries} \\`,
          `    CMD ${arrayText(health.command)}`,
        ]),
    "",
    ...why(page, "stop-signal", "command"),
    ...(image.stopSignal === undefined ? [] : [`STOPSIGNAL ${image.stopSignal}`]),
    ...(image.entrypoint === undefined ? [] : [`ENTRYPOINT ${arrayText(image.entrypoint)}`]),
    `CMD ${arrayText(image.command)}`,
    "",
    ...why(page, "labels"),
    'ARG REVISION=""',
    ...labelLines({
      ...image.labels,
      ...(digest === undefined ? {} : { "org.opencontainers.image.base.digest": digest }),
      "org.opencontainers.image.revision": "$REVISION",
    }),
  ];
}

/** The Dockerfile of a plan. The same plan and pins give the same bytes. */
export function renderDockerfile(plan: Plan, pins: readonly Pin[], service: Service): string {
  const profile = profiles.find((one) => one.id === plan.profile);
  if (profile === undefined) throw new Error(`There is no profile \`${plan.profile}\``);
  const page: Page = { plan, image: plan.image, profile, pins, service };
  const blocks: readonly Lines[] = [
    header(page),
    from(page, plan.image.uv.image, "uv"),
    baseStage(page),
    dependencies(page),
    application(page),
    runtime(page),
    settings(page),
  ];
  return `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
}
