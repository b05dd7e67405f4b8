/** One reason to leave a service, or one thing about it, as it is. */
export interface RefusalKind {
  readonly title: string;
  readonly because: string;
  readonly instead: string;
  /** The service is not reworked until it is settled. */
  readonly blocking: boolean;
}

/** Today's base, or what the image starts, is more than another base could take the place of. */
export const ofBases = {
  "special-base": {
    title: "The service runs on an image with drivers, conda packages or browsers",
    because:
      "Drivers, conda packages or browsers of that image are part of the service, and no plain Python image has them.",
    instead: "Keep the base. The findings still say what can be mended in the present Dockerfile.",
    blocking: true,
  },
  lambda: {
    title: "The image is a function of AWS Lambda",
    because:
      "The program of its base that asks Lambda for events starts the handler. It opens no port, and takes no signal as a server does.",
    instead:
      "Keep the base. The findings still say what can be mended in the present Dockerfile. For a service beside it, name its Dockerfile: `--dockerfile`.",
    blocking: true,
  },
  "base-starts": {
    title: "The base may start the service by a command of its own",
    because:
      "Its command, its settings and the server that it brings are in none of the project's files, and another base has none of them.",
    instead:
      "Look at them (`docker image inspect --format '{{json .Config}}' IMAGE`), set `command` and `ports` under `decisions` to what they say, and see that the server is among the dependencies.",
    blocking: true,
  },
  "root-entrypoint": {
    title: "The entry point must start as root",
    because: "It changes users or owners before it starts the service, which a numeric USER forbids.",
    instead: "Give the volumes to one fixed number, start the service as that number, then run again.",
    blocking: true,
  },
  "several-processes": {
    title: "The image starts several processes",
    because: "One of them can die unseen, and the engine's signal reaches only the supervisor.",
    instead: "Run one container per process from the same image, each with its own command.",
    blocking: true,
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
