import type { Fault } from "./fault.ts";

const SITE = "/opt/site/lib/python3.13/site-packages";
const metadata = (name: string, version: string): string =>
  `RUN mkdir -p ${SITE}/${name}-1.0.dist-info && printf 'Name: ${name}\\nVersion: ${version}\\n' > ${SITE}/${name}-1.0.dist-info/METADATA`;
const copyModule = `cp /usr/lib/python3.13/lib-dynload/_ssl.*.so ${SITE}/demo/`;
const venv = (path: string): string =>
  `RUN python -m venv --without-pip ${path} && printf '#!${path}/bin/python\\n' > ${path}/bin/tool && chmod 0755 ${path}/bin/tool`;
const model = "head -c 20000000 /dev/urandom > /opt/model";
const editable = `printf '{"url": "file:///src/demo", "dir_info": {"editable": true}}' > ${SITE}/demo-1.0.dist-info/direct_url.json`;

/** Faults that are seen in the files and the configuration of the image: nothing is started for them. */
export const fileFaults: readonly Fault[] = [
  {
    name: "a module whose system library stayed in the builder",
    breaks: ["libraries-resolve"],
    asRoot: `RUN ${copyModule} && sed -i 's/libssl\\.so\\.3/libssX.so.3/g' ${SITE}/demo/_ssl.*.so`,
  },
  {
    name: "a program for another loader",
    breaks: ["libraries-resolve"],
    asRoot:
      "RUN sed 's/ld-linux-x86-64/ld-linuX-x86-64/g; s/ld-linux-aarch64/ld-linuX-aarch64/g' /usr/bin/true > /usr/local/bin/tool && chmod 0755 /usr/local/bin/tool",
  },
  {
    name: "a virtual environment that was moved",
    breaks: ["environment-intact"],
    asRoot: `${venv("/build/venv")} && mv /build/venv /opt/venv`,
  },
  {
    name: "a virtual environment of another Python",
    breaks: ["environment-intact"],
    asRoot: `${venv("/opt/venv")} && mv /opt/venv/lib/python3.13 /opt/venv/lib/python3.12`,
  },
  {
    name: "an editable installation without its sources",
    breaks: ["environment-intact"],
    asRoot: `RUN ${editable}`,
  },
  {
    name: "a setuid program",
    breaks: ["modes-restricted"],
    asRoot: "RUN cp /usr/bin/true /usr/local/bin/become && chmod 4755 /usr/local/bin/become",
  },
  { name: "a folder for everybody", breaks: ["modes-restricted"], asRoot: "RUN mkdir -m 0777 /app/uploads" },
  {
    name: "code that the service owns, on a root that is mounted writable",
    breaks: ["code-not-writable"],
    asRoot: "RUN chown -R 1001 /app",
    task: [['"readonlyRootFilesystem": true', '"readonlyRootFilesystem": false']],
  },
  {
    name: "code of root's in a folder that the service owns, on a root that is mounted writable",
    breaks: ["code-not-writable"],
    asRoot: "RUN chown 1001 /app",
    task: [['"readonlyRootFilesystem": true', '"readonlyRootFilesystem": false']],
  },
  {
    name: "code that the service owns, in a volume",
    breaks: ["code-not-writable"],
    asRoot:
      "RUN install -d -o 1001 /app/plugins && echo 'ready = True' > /app/plugins/mail.py && chown 1001 /app/plugins/mail.py",
    atEnd: "VOLUME /app/plugins",
  },
  {
    name: "files stored twice by chown",
    breaks: ["little-waste"],
    asRoot: `RUN ${model}\nRUN chown 1001 /opt/model`,
  },
  { name: "files deleted later", breaks: ["little-waste"], asRoot: `RUN ${model}\nRUN rm /opt/model` },
  { name: "another version than the lock's", breaks: ["distributions-as-locked"], asRoot: metadata("demo", "1.1") },
  { name: "a distribution in no lock", breaks: ["distributions-as-locked"], asRoot: metadata("extra", "1.0") },
  {
    name: "no labels",
    breaks: ["labelled"],
    dockerfile: [["LABEL org.opencontainers.image.title=demo org.opencontainers.image.revision=4be1f2c\n", ""]],
  },
  {
    name: "a label for the revision, and no value for it",
    breaks: ["labelled"],
    dockerfile: [["image.revision=4be1f2c", "image.revision="]],
  },
  {
    name: "another port than the contract's",
    breaks: ["configuration-as-contract"],
    dockerfile: [["EXPOSE 8000", "EXPOSE 5000"]],
  },
  {
    name: "another stop signal than the contract's",
    breaks: ["configuration-as-contract"],
    atEnd: "STOPSIGNAL SIGQUIT",
  },
];

/** They do what the faults above do, and do it well: nobody may be accused. */
export const fileTwins: readonly Fault[] = [
  {
    name: "a module whose system library is there",
    breaks: [],
    keeps: ["libraries-resolve", "distributions-as-locked"],
    asRoot: `RUN ${copyModule}`,
  },
  {
    name: "a virtual environment where it was built, an editable installation with its sources",
    breaks: [],
    keeps: ["environment-intact"],
    asRoot: `${venv("/opt/venv")} && mkdir -p /src/demo && touch /src/demo/demo.py && ${editable}`,
  },
  {
    name: "a folder for everybody with the sticky bit, and one for the service",
    breaks: [],
    keeps: ["modes-restricted", "code-not-writable"],
    asRoot: "RUN mkdir -m 1777 /app/shared && touch /app/shared/kept.py && install -d -o 1001 -m 0700 /app/uploads",
    task: [['"readonlyRootFilesystem": true', '"readonlyRootFilesystem": false']],
  },
  {
    name: "code that the service owns, on a root that is mounted read-only",
    breaks: [],
    keeps: ["code-not-writable"],
    asRoot: "RUN chown -R 1001 /app",
  },
  {
    name: "a volume that is the service's own, without code",
    breaks: [],
    keeps: ["code-not-writable", "volumes-writable"],
    asRoot: "RUN install -d -o 1001 /data/uploads && touch /data/uploads/kept.txt && chown -R 1001 /data",
    dockerfile: [["USER 1001:1001", "VOLUME /data\nUSER 1001:1001"]],
  },
  {
    name: "files that get their owner in the step that makes them",
    breaks: [],
    keeps: ["little-waste"],
    asRoot: `RUN ${model} && chown 1001 /opt/model`,
  },
];
