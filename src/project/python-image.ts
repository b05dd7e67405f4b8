import { posix } from "node:path";
import { imageName } from "../dockerfile/image-name.ts";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { lineOf, shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile } from "../model/types.ts";

/** Whether the image that ships plainly has Python in use: by its base, what is installed, or what is started. */
export const makesPython = (dockerfile: Dockerfile): boolean =>
  hasPythonBase(dockerfile) || installsPackages(dockerfile) || startsPython(dockerfile);

/** Whether it plainly is of something else: a front end, a proxy, a database, a program in another language. */
export const makesOther = (dockerfile: Dockerfile): boolean =>
  OTHERS.test(imageName(shippedLine(dockerfile)[0]?.resolvedBase ?? "").short) && !makesPython(dockerfile);

const OTHERS =
  /^(?:node|bun|deno|nginx(?:-unprivileged)?|caddy|httpd|haproxy|traefik|envoy|golang|rust|ruby|php|openjdk|eclipse-temurin|amazoncorretto|postgres|postgis|mysql|mariadb|mongo|redis|valkey|rabbitmq|grafana|prometheus)$/;

const shippedLine = (dockerfile: Dockerfile) => {
  const stage = shippedStage(dockerfile);
  return stage === undefined ? [] : lineOf(dockerfile, stage);
};

const hasPythonBase = (dockerfile: Dockerfile): boolean =>
  shippedLine(dockerfile).some(({ resolvedBase }) => /python|pypy|conda|^uv$/.test(imageName(resolvedBase).short));

const INSTALLS = /^(?:pip[\d.]*|uv|poetry|pdm|pipenv)$/;

const installsPackages = (dockerfile: Dockerfile): boolean =>
  shippedLine(dockerfile)
    .flatMap((stage) => stage.instructions.map((one) => ({ one, stage })))
    .filter(({ one }) => one.keyword === "RUN")
    .flatMap(({ one, stage }) => commandsOfInstruction(one, stage))
    .some(({ name }) => INSTALLS.test(posix.basename(name)));

const STARTS =
  /(?:^|[\s/"'[])(?:python[\d.]*|uvicorn|gunicorn|hypercorn|granian|daphne|celery|fastapi|flask|rq|arq|dramatiq|streamlit)(?:[\s"',\]]|$)/;

function startsPython(dockerfile: Dockerfile): boolean {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return false;
  const { command, entrypoint } = stageState(dockerfile, stage);
  return [command, entrypoint].some((line) => STARTS.test(line?.value.argv.join(" ") ?? ""));
}
