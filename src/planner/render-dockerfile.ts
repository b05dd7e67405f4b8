import { profiles } from "../profiles/index.gen.ts";
import type { Pin, Plan, Service } from "../model/types.ts";
import { comment } from "./comment.ts";
import {
  copyLines,
  from,
  installsPython,
  type Lines,
  osPackages,
  type Page,
  profileRun,
  projectFiles,
  projectRoot,
  runtimePackages,
  syncMounts,
  uvMounts,
  why,
  withCa,
  beforeSync,
} from "./dockerfile-page.ts";
import { installDependencies, installEditable, installTool, projectFolders, toolSettings } from "./install-commands.ts";
import { titleOf } from "./image-name.ts";
import { arrayText, envLines, labelLines, runLines } from "./instruction.ts";
import { linkLines } from "./render-links.ts";
import { runtimeCopies } from "./render-runtime-copies.ts";
import { testStage } from "./render-test-stage.ts";

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
      "Behind a proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY are predefined build arguments and stay out of the image. Where downloads are slow, --build-arg UV_HTTP_TIMEOUT=120 gives each 120 s to say something. With a company CA add --secret id=ca-bundle,src=bundle.pem: it is mounted while packages are downloaded and is in no layer.",
    ),
  ];
}

export const imageTag = (service: Service): string => `${service.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-prod`;

function baseStage(page: Page): Lines {
  const { image, profile } = page;
  const { interpreter, python } = image.base;
  const install = profile.installPython(python, runtimePackages(page));
  const stdlib = `${interpreter} ${COMPILE} -x '${SELDOM}' "$(${interpreter} -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"`;
  return [
    ...why(page, "base"),
    ...from(page, image.base.image, "base"),
    "",
    ...(install === undefined ? [] : why(page, "packages")),
    ...why(page, "bytecode"),
    ...profileRun(install ?? "", ...(image.bytecode.stdlib ? [stdlib] : [])),
  ];
}

function dependencies(page: Page): Lines {
  const { image, profile } = page;
  const { sync, packages } = image;
  const { tool } = sync;
  const root = projectRoot(page);
  const manifests = sync.manifests.map((file) => `--mount=type=bind,source=${file},target=${root}/${file}`);
  return [
    "FROM base AS builder",
    "ARG UV_HTTP_TIMEOUT",
    ...osPackages(profile, packages.builder),
    ...envLines({
      ...(tool === undefined && sync.pip === undefined ? { UV_PROJECT_ENVIRONMENT: sync.venv } : {}),
      UV_PYTHON: image.base.interpreter,
      UV_PYTHON_DOWNLOADS: "never",
      UV_CACHE_DIR: sync.cache,
      UV_LINK_MODE: "copy",
      UV_NO_INSTALLER_METADATA: "1",
      ...(tool === undefined ? {} : toolSettings(tool, sync.venv)),
    }),
    `WORKDIR ${root}`,
    "",
    ...(tool === undefined
      ? why(page, "uv", "sync")
      : [
          ...why(page, "uv"),
          ...runLines(uvMounts(sync.cache), [withCa(page), ...installTool(tool)]),
          "",
          ...why(page, "sync"),
        ]),
    ...runLines([...syncMounts(page, tool?.cache), ...manifests], [...beforeSync(page), ...installDependencies(page)]),
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

const isPython = (service: Service, path: string): boolean =>
  path.endsWith(".py") || service.files.some((file) => file.startsWith(`${path}/`) && file.endsWith(".py"));

/** Where the service's own Python files lie in the last stage that makes them. */
const ownCode = ({ image, service }: Page): Lines =>
  image.copies.filter((copy) => isPython(service, copy.from)).map((copy) => copy.to);

const compiled = ({ sync }: Page["image"], what: string): string => `${sync.venv}/bin/python ${COMPILE} ${what}`;

/** Modes do not depend on the umask of whoever checked out. */
const readable = (paths: Lines): Lines => (paths.length === 0 ? [] : [`chmod -R u=rwX,go=rX ${paths.join(" ")}`]);
const MODES = "[ownership] Modes are set here, so they do not depend on the umask of whoever checked out.";

function application(page: Page): Lines {
  const { image } = page;
  const { sync } = image;
  const project = sync.project === "editable";
  const copied = image.copies.map((copy) => copy.from);
  const sources = project ? projectFiles(page) : [];
  const code = ownCode(page);
  const steps = [
    ...(project ? [...beforeSync(page), installEditable(page)] : []),
    ...(image.bytecode.app && code.length > 0 ? [compiled(image, code.join(" "))] : []),
    ...readable([...new Set([...code, ...image.copies.map((copy) => copy.to)])]),
    ...(image.executables === undefined ? [] : [`chmod a+x ${image.executables.join(" ")}`]),
  ];
  return [
    ...why(page, "copies"),
    ...copyLines(page, [...new Set([...sources, ...copied])]),
    ...makingSteps(page),
    ...(steps.length === 0 ? [] : [...comment(MODES), ...runLines(project ? syncMounts(page) : [], steps)]),
  ];
}

/** What the build makes of the copied files, with the environment that they meet at run time. */
function makingSteps(page: Page): Lines {
  const { steps, env, workdir, sync } = page.image;
  if (steps === undefined) return [];
  const { PATH: _, ...others } = env;
  const set = Object.entries({ PATH: `${sync.venv}/bin:$PATH`, ...others }).map(
    ([name, value]) => `${name}="${value.replaceAll(/["`\\]/g, "\\$&")}"`,
  );
  const made = steps.makes.map((path) => `${workdir}/${path}`);
  return [...why(page, "steps"), ...runLines([], [`export ${set.join(" ")}`, ...steps.run, ...readable(made)])];
}

/** Where a built project is put together before it is laid over the environment: never where its sources lie. */
const builtIn = (workdir: string): string => (/^\/project(?:\/|$)/.test(workdir) ? "/built" : "/project");

/**
 * A project that is built into the environment gets a stage of its own, beside the dependencies: an edit of the source
 * then exports a few files again, and not the whole environment.
 */
function projectStage(page: Page): Lines {
  const { sync, bytecode } = page.image;
  if (sync.project !== "no-editable") return [];
  const built = builtIn(page.image.workdir);
  return [
    "FROM builder AS project",
    ...comment(
      "[sync] The project's own files only, apart from its dependencies: an edit of the source leaves their layer as it is.",
    ),
    ...copyLines(page, projectFiles(page)),
    ...comment(MODES),
    ...runLines(syncMounts(page), [
      ...beforeSync(page),
      `uv pip install --no-deps --python ${sync.venv}/bin/python --prefix ${built} ${projectFolders(page).join(" ")}`,
      `rm -f ${built}/.lock`,
      ...(bytecode.app ? [compiled(page.image, `-s ${built} -p ${sync.venv} ${built}/lib`)] : []),
      ...readable([built]),
    ]),
  ];
}

function runtime(page: Page): Lines {
  const { image, profile } = page;
  const { user, sync, writable = [] } = image;
  const create = profile.createUser(user);
  const later = installsPython(page) ? [] : runtimePackages(page);
  return [
    "FROM base AS runtime",
    ...(installsPython(page) ? [] : [...why(page, "packages"), ...osPackages(profile, later), ""]),
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
    ...linkLines(page),
    "",
    ...why(page, "ownership"),
    `COPY --from=builder --chown=0:0 ${sync.venv} ${sync.venv}`,
    ...(sync.project === "no-editable"
      ? [`COPY --from=project --chown=0:0 ${builtIn(image.workdir)} ${sync.venv}`]
      : []),
    ...runtimeCopies(page),
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
    ...(image.ports.length === 0 ? [] : [`EXPOSE ${image.ports.join(" ")}`]),
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
    projectStage(page),
    testStage(page),
    runtime(page),
    settings(page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}
