/** What a team expects of its image, in `seaworthy.yaml` or in a container-structure-test file: a check of its own. */
export type Expectation =
  | HttpExpectation
  | CommandExpectation
  | FileExpectation
  | LogExpectation
  | ConfigurationExpectation
  | LicenceExpectation;

interface Named {
  /** `user/lists-items`. */
  readonly id: string;
  readonly title: string;
  /** `seaworthy.yaml:12`. */
  readonly where: string;
}

/** A text that must occur, or a regular expression that must match. */
export type Match = { readonly text: string } | { readonly pattern: string; readonly flags: string };

export interface Sought {
  readonly has: readonly Match[];
  readonly lacks: readonly Match[];
}

export interface HttpExpectation extends Named {
  readonly kind: "http";
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
  readonly answer: Sought;
  /** Value at a path of the answer's JSON: `items.0.id`. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface CommandExpectation extends Named {
  readonly kind: "command";
  /** Replaces the image's entrypoint and command. */
  readonly argv: readonly string[];
  /** Run before it in the same container; how they end does not count. */
  readonly setup: ReadonlyArray<readonly string[]>;
  readonly env: Readonly<Record<string, string>>;
  readonly exit: number;
  readonly stdout: Sought;
  readonly stderr: Sought;
  /** What the file asks for its containers and production does not give: then nothing is proven. */
  readonly unmet?: string;
  /** `$NAME` in the words stands for the value in the image's environment. */
  readonly expands: boolean;
}

export interface FileExpectation extends Named {
  readonly kind: "file";
  readonly path: string;
  readonly exists: boolean;
  /** `0644`, or as `ls` writes it: `-rw-r--r--`. */
  readonly mode: string | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly executableBy: "owner" | "group" | "other" | "any" | undefined;
  readonly content: Sought;
  readonly expands: boolean;
}

export interface LogExpectation extends Named {
  readonly kind: "log";
  readonly line: Match;
  readonly stream: "stdout" | "stderr" | undefined;
  /** Seconds after the start. */
  readonly within: number;
}

/** What the image's configuration says; what is undefined is not asked. */
export interface ConfigurationExpectation extends Named {
  readonly kind: "configuration";
  readonly env: readonly NamedValue[];
  readonly labels: readonly NamedValue[];
  readonly ports: readonly Presence[];
  readonly volumes: readonly Presence[];
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  readonly workdir: string | undefined;
  readonly user: string | undefined;
}

export interface NamedValue {
  readonly name: string;
  /** `absent`: it must not be set. Undefined: any value. A text must be the whole value. */
  readonly value: Match | "absent" | undefined;
}

export interface Presence {
  readonly name: string;
  readonly present: boolean;
}

/** Copyright files must not name a licence that asks for more than a service can give. */
export interface LicenceExpectation extends Named {
  readonly kind: "licences";
  /** Look at what Debian's packages say as well. */
  readonly debian: boolean;
  readonly files: readonly string[];
}
