import type { Fault } from "./fault.ts";
import { USER } from "./lines.ts";

/** What should not be in an image, or not so: tools, caches, bytecode that does not fit, layers in the wrong order. */
export const contentFaults: readonly Fault[] = [
  {
    name: "a development dependency",
    breaks: ["dev-dependencies-absent"],
    asRoot:
      "RUN mkdir /opt/site/lib/python3.13/site-packages/pytest-9.0.0.dist-info && echo 'Name: pytest' > /opt/site/lib/python3.13/site-packages/pytest-9.0.0.dist-info/METADATA",
  },
  {
    name: "uv in the image",
    breaks: ["build-tools-absent"],
    asRoot: "RUN cp /usr/bin/true /usr/local/bin/uv",
  },
  {
    name: "a compiler and its headers",
    breaks: ["compilers-absent"],
    asRoot:
      "RUN cp /usr/bin/true /usr/bin/gcc-14 && ln -s gcc-14 /usr/bin/gcc && mkdir -p /usr/include && touch /usr/include/stdio.h",
  },
  {
    name: "a cache in a layer, deleted later",
    breaks: ["caches-absent"],
    asRoot:
      "RUN mkdir -p /root/.cache/pip/http && head -c 100000 /dev/urandom > /root/.cache/pip/http/a\nRUN rm -r /root/.cache",
  },
  {
    name: "apt lists left behind",
    breaks: ["caches-absent"],
    asRoot: "RUN head -c 100000 /dev/urandom > /var/lib/apt/lists/mirror.example_main_Packages",
  },
  {
    name: "stale bytecode",
    breaks: ["bytecode-valid"],
    asRoot: "RUN python -m compileall -q -f --invalidation-mode timestamp /app && touch -d '2001-01-01' /app/app.py",
  },
  {
    name: "source changed after it was compiled with unchecked hashes",
    breaks: ["bytecode-valid"],
    asRoot: "RUN echo '# changed' >> /app/app.py",
  },
  {
    name: "source changed after it was compiled, outside the working directory",
    breaks: ["bytecode-valid"],
    asRoot: "RUN echo '# changed' >> /app/app.py",
    dockerfile: [[USER, `WORKDIR /\n${USER}`]],
  },
  {
    name: "source changed after it was compiled with checked hashes",
    breaks: ["bytecode-valid"],
    asRoot: "RUN python -m compileall -q -f --invalidation-mode checked-hash /app && echo '# changed' >> /app/app.py",
  },
  {
    name: "no bytecode",
    breaks: ["bytecode-valid"],
    asRoot: "RUN rm -r /usr/lib/python3.13/__pycache__ /usr/lib/python3.13/*/__pycache__ /app/__pycache__",
  },
  {
    name: "copies the source before it installs",
    breaks: ["dependency-layer-cached"],
    dockerfile: [["COPY requirements.txt ./", "COPY . ./"]],
  },
  {
    name: "fetches what is new at each build",
    breaks: ["nothing-rebuilt-on-touch"],
    asRoot: "ADD {changing} /opt/changing",
  },
  {
    name: "installs without the lock",
    breaks: ["dependency-layer-refreshed"],
    dockerfile: [
      ["COPY requirements.txt ./\n", ""],
      ["-r requirements.txt", "-r /dev/null"],
    ],
  },
];
