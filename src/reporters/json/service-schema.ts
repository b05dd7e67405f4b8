import * as z from "zod";
import type { Service } from "../../model/types.ts";
import { type Wire, confidence, evidence, fact, place, text, texts } from "./parts.ts";
import { members, packaging } from "./packaging-schema.ts";
import { variable } from "./variable-schema.ts";

const dependency = z.object({ name: text, requirement: text, place });
const dependencies = z.record(text, z.array(dependency));
const pathUse = z.object({ path: text, when: z.enum(["import", "start", "request", "unknown"]), evidence });
const source = z.enum([
  "dockerfile",
  "compose",
  "procfile",
  "kubernetes",
  "ecs",
  "cdk",
  "fly",
  "render",
  "railway",
  "makefile",
  "ci",
  "devcontainer",
]);
const server = z.enum([
  "uvicorn",
  "gunicorn",
  "hypercorn",
  "granian",
  "waitress",
  "uwsgi",
  "sanic",
  "daphne",
  "flask-dev",
  "django-dev",
  "fastapi-cli",
  "litestar-cli",
  "streamlit",
  "tornado",
  "own",
  "unknown",
]);
const framework = z.enum([
  "fastapi",
  "starlette",
  "litestar",
  "flask",
  "django",
  "quart",
  "sanic",
  "aiohttp",
  "streamlit",
  "gradio",
  "celery",
  "falcon",
  "tornado",
  "unknown",
]);

const lock = z.object({
  path: text,
  tracked: z.boolean(),
  gitIgnored: evidence.optional(),
  dockerIgnored: evidence.optional(),
  inStep: fact(z.boolean()),
  packages: z.array(
    z.object({
      name: text,
      version: text,
      source: z.enum(["registry", "git", "url", "path", "editable", "virtual"]),
      overSsh: z.literal(true).optional(),
      path: text.optional(),
      sdistOnly: z.boolean(),
      dependencies: texts,
      marker: text.optional(),
      use: z.enum(["production", "development", "optional", "elsewhere", "none"]),
      askedBy: texts,
    }),
  ),
  requiresPython: text.optional(),
  registries: texts,
  madeBy: text.optional(),
  format: text.optional(),
  incompleteIndex: z.object({ lacks: z.enum(["name", "verify_ssl"]), place: evidence }).optional(),
});

const origin = z.object({ dockerfile: text.optional(), target: text.optional(), image: text.optional() }).optional();

const role = z.enum(["web", "worker", "beat", "migrate", "test", "other"]);

const ownStart = z
  .object({ argv: texts, server, role, evidence, afterEntrypoint: z.literal(true).optional() })
  .optional();

const said = <T extends z.ZodType>(value: T) => z.object({ value, evidence });
const terms = z
  .object({
    ownCommand: z.boolean(),
    ownStart,
    user: said(text).optional(),
    privileged: said(z.literal(true)).optional(),
    readOnlyRoot: said(z.literal(true)).optional(),
    pids: said(z.number()).optional(),
    writable: texts,
    variables: z.record(text, text),
    moreVariables: z.boolean(),
    ports: z.array(said(z.number().int())),
    asks: z.array(z.object({ what: text, port: z.number().int().optional(), path: text.optional(), evidence })),
  })
  .optional();

const start = z.object({
  source,
  role,
  written: text,
  form: z.enum(["exec", "shell"]),
  argv: texts,
  wrappers: texts,
  server,
  evidence,
  compose: z.object({ name: text, builds: text, entrypoint: z.boolean() }).optional(),
  origin,
});

const task = z.object({
  evidence,
  container: text,
  image: text.optional(),
  fargate: z.boolean(),
  network: text.optional(),
  user: text.optional(),
  readOnlyRoot: z.boolean(),
  ports: z.array(z.number().int()),
  command: texts.optional(),
  entryPoint: texts.optional(),
  environment: z.array(z.object({ name: text, value: text.optional() })),
  secrets: texts,
  environmentFiles: z.boolean(),
  health: z
    .object({
      command: texts,
      intervalSeconds: z.number(),
      timeoutSeconds: z.number(),
      retries: z.number(),
      startPeriodSeconds: z.number(),
    })
    .optional(),
  stopTimeoutSeconds: z.number().optional(),
  mounts: z.array(z.object({ path: text, readOnly: z.boolean() })),
  tmpfs: texts,
  dropsCapabilities: z.boolean(),
  init: z.boolean(),
  memoryMiB: z.number().optional(),
  later: texts,
});

const pip = z.object({
  calls: z.array(z.object({ files: texts, packages: texts, options: texts })),
  reads: texts,
  hashed: z.boolean(),
  loose: z.array(dependency),
  local: z.array(z.object({ name: text, path: text, editable: z.literal(true).optional() })).optional(),
  unread: texts,
});

export const serviceSchema: z.ZodType<Wire<Service>> = z.object({
  name: text,
  files: texts,
  git: z.object({ repository: z.boolean(), commit: text.optional(), dirty: texts }),
  projectFolder: text.optional(),
  manager: fact(z.enum(["uv", "poetry", "pdm", "pipenv", "pip", "none"])),
  lock: lock.optional(),
  pip: pip.optional(),
  python: z.object({ requires: fact(text).optional(), pinned: fact(text).optional() }),
  packaging,
  dependencies: z.object({
    runtime: z.array(dependency),
    groups: dependencies,
    extras: dependencies,
    installedGroups: texts,
    defaultGroups: texts.optional(),
    optionalGroups: texts.optional(),
    installedExtras: texts,
    devOnly: texts,
    runtimeClosure: texts,
    members: members.optional(),
    workspace: z.boolean(),
    indexes: texts,
  }),
  framework: fact(framework),
  server: fact(server),
  application: fact(z.object({ module: text, attribute: text, factory: z.boolean() })).optional(),
  starts: z.array(start),
  port: fact(z.object({ number: z.number().int(), variable: text.optional() })).optional(),
  routes: z.array(z.object({ method: text, path: text, evidence })),
  healthPaths: z.array(fact(text)),
  env: z.array(variable),
  writes: z.array(pathUse),
  programs: z.array(z.object({ program: text, through: text.optional(), confidence, evidence })),
  reads: z.array(pathUse),
  dockerfiles: texts,
  target: fact(text).optional(),
  buildTargets: z.array(z.object({ dockerfile: text, stage: text, evidence })).optional(),
  dockerignore: text.optional(),
  outsideProbes: z.array(z.object({ source, program: text, command: text, evidence, origin })),
  gracePeriods: z.array(
    fact(z.number()).extend({
      origin,
      ownCommand: z.literal(true).optional(),
      ownStart,
      variables: texts.optional(),
    }),
  ),
  configuredStop: fact(z.number()).optional(),
  outsideLimits: z.array(
    z.object({
      source: z.enum(["compose", "kubernetes", "ecs"]),
      container: text,
      evidence,
      origin,
      terms,
      ports: z.array(z.number().int()),
      memoryBytes: z.number().optional(),
      cpus: z.number().optional(),
      graceSeconds: z.number().optional(),
      preStopSeconds: z.number(),
      startSeconds: z.number().optional(),
    }),
  ),
  hostedServices: z
    .array(
      z.object({
        source: z.enum(["fly", "render", "railway"]),
        container: text,
        evidence,
        origin,
        terms: terms.unwrap(),
      }),
    )
    .optional(),
  composeMounts: z.array(
    z.object({
      name: text,
      builds: text,
      from: text,
      to: text,
      volumes: texts,
      installs: z.boolean(),
      evidence,
    }),
  ),
  composeVolumes: z.array(z.object({ path: text, evidence })).optional(),
  browsers: z
    .array(z.object({ browser: z.enum(["chromium", "chrome", "firefox", "webkit", "edge"]), through: text, evidence }))
    .optional(),
  staticRoot: fact(text).optional(),
  taskDefinitions: z.array(task),
  problems: z.array(place.extend({ message: text })),
});
