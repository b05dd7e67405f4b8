/** What several tools look for and no rule of ours stands for, and what is done about it. */
export const BUILD_ITSELF = "the build shows it at once, and no image comes of it.";
export const PINNED =
  "a version that is pinned by hand is gone from the archive after the next update. The digest of the base pins the distribution instead (`base-not-digest-pinned`), and the build is timed and proven.";
export const LABELS = "which labels a team wants is its own requirement: `seaworthy.requirements.yaml` can demand it.";
export const STYLE = "it is about style and changes nothing in the image.";
export const APT = "apt works in a build; it only warns that its output may change.";
export const BOTH_TOOLS = "each tool is judged by whether it is needed at all (`vcs-or-debug-tool-in-final`).";
export const NO_ZYPPER = "no profile has zypper.";
export const NOT_PYTHON = "it is about another language than Python.";
const NOT_LINUX = "images of Python services are Linux images.";
const GPU = "it is about graphics processors, and nothing of that is judged.";
const LAYERS = "several RUN instructions in a builder cost nothing in the shipped image and cache better.";
const BUILD_HABITS =
  "it is about how CI builds, not about the Dockerfile. `seaworthy build` measures what the cache brings.";
const BASES =
  "which bases and registries are allowed is a team's own requirement: `seaworthy.requirements.yaml` can demand it.";
const LOG = "it is about the log of a build or about a download that is tried again; the image is the same.";
const OWN_IGNORES =
  "an ignore needs a reason here, and one that ignores nothing is reported (`ignore-without-reason`, `ignore-unused`).";
const HOST = "it is about the machine that runs images, and no file of a service says it.";
const see = (...rules: readonly string[]): string => `see ${rules.map((rule) => `\`${rule}\``).join(", ")}.`;

/** By what is done, the ids of droast, tally, trivy, checkov, dockle, dockerfilelint, semgrep and ci-perf-lint. */
const OTHERS: ReadonlyArray<readonly [said: string, ids: string]> = [
  [APT, "CKV_DOCKER_9 DF059 prefer-apt-get"],
  [BOTH_TOOLS, "DS-0014 DF058 use-either-wget-or-curl"],
  [NO_ZYPPER, "DS-0020 DF043 DF044 DF045 avoid-zypper-update missing-zypper-clean"],
  [PINNED, "DF005 DF052"],
  [BASES, "DF065 DF073 CIS-DI-0002"],
  [OWN_IGNORES, "DF072"],
  [LOG, "DF056 prefer-curl-config prefer-wget-config curl-should-follow-redirects"],
  [
    BUILD_ITSELF,
    "require-stages unknown-instruction syntax-directive-typo add_src_invalid add_dest_invalid copy-from-empty-scratch-stage platform-mismatch",
  ],
  [
    "a Dockerfile whose stages need one another in a circle is refused with its place: `dockerfile-refused`.",
    "circular-stage-deps",
  ],
  [LAYERS, "DF003 prefer-run-heredoc"],
  [
    STYLE,
    "DF083 consistent-indentation eol-last epilogue-order newline-between-instructions newline-per-chained-call no-multi-spaces no-multiple-empty-lines no-trailing-spaces prefer-canonical-stopsignal prefer-copy-heredoc prefer-formatted-heredocs sort-packages labels/prefer-grouped labels/prefer-stable-order max-lines DF023",
  ],
  [
    NOT_PYTHON,
    "DF031 DF053 DF054 DF055 js/node-gyp-cache-mounts php/composer-no-dev-in-production php/enable-opcache-in-production php/no-xdebug-in-final-image ruby/asset-precompile-without-dummy-key ruby/bootsnap-precompile-without-j1 ruby/deprecated-bundler-install-flags ruby/eol-ruby-version ruby/healthcheck-rails-up-endpoint ruby/jemalloc-installed-but-not-preloaded ruby/leftover-bundler-cache ruby/missing-bundle-deployment ruby/missing-bundle-without-development ruby/prefer-bundler-cache-mount ruby/prefer-gemfile-bind-mounts ruby/prefer-network-none-install ruby/prefer-secret-mounts-for-build-credentials ruby/redundant-bundler-install ruby/secrets-in-arg-or-env ruby/state-paths-not-writable-as-non-root ruby/yjit-not-enabled-on-supported-runtime docker-cache-copy-path-mismatch dockerfile-bun-install-without-frozen-lockfile dockerfile-bundle-install-without-cache-mount dockerfile-cargo-build-release-without-cache-mount dockerfile-cargo-install-without-locked dockerfile-compiled-build-copies-source-layer dockerfile-go-build-without-cache-mount dockerfile-go-mod-download-without-cache-mount dockerfile-gradle-build-without-cache-mount dockerfile-gradle-dependencies-without-cache-mount dockerfile-maven-build-without-cache-mount dockerfile-maven-go-offline-without-cache-mount dockerfile-pnpm-install-without-frozen-lockfile dockerfile-uses-npm-install-with-lockfile dockerfile-yarn-install-without-immutable-lockfile prefer-nginx-sigquit",
  ],
  [
    NOT_LINUX,
    "powershell/error-action-preference powershell/prefer-shell-instruction powershell/progress-preference windows/no-chown-flag windows/no-run-mounts windows/no-stopsignal",
  ],
  [
    GPU,
    "gpu/cuda-version-mismatch gpu/no-buildtime-gpu-queries gpu/no-container-runtime-in-image gpu/no-hardcoded-visible-devices gpu/no-redundant-cuda-install gpu/prefer-minimal-driver-capabilities gpu/prefer-runtime-final-stage gpu/prefer-uv-over-conda",
  ],
  [
    BUILD_HABITS,
    "avoid-docker-image-via-uses docker-bake-file-unused-in-ci docker-build-cache-disabled-in-ci docker-build-load-true-unnecessary docker-build-without-layer-cache prefer-buildx-build-over-docker-build prefer-zstd-compression-for-pushed-docker-images dockerfile-copy-link-without-cache-benefit prefer-vex-attestation",
  ],
  [
    "the size of each layer is measured (`size`); a number above 65,000 makes lastlog and faillog large there.",
    "DF064",
  ],
  ["`cd` in a RUN holds for that RUN only, and is read so; nothing is wrong with it.", "DF008"],
  ["CMD alone is enough for a service; both are read together.", "DF017"],
  [see("port-mismatch", "outside-port-mismatch"), "DF022"],
  ["a probe by curl without `--fail` passes on an error page: `healthcheck-accepts-error-page`.", "DF035"],
  ["an image without a command starts nothing: `command-without-program` and `becomes-healthy` say so.", "DF036"],
  [
    "ADD unpacks and COPY does not: `add-instead-of-copy` asks for COPY only where nothing is unpacked.",
    "DF067 prefer-add-unpack",
  ],
  ["a Containerfile.in is not read: only its preprocessor knows what comes of it.", "DF075"],
  [
    see("files-in-root-home", "app-files-writable-by-runtime-user", "written-folder-not-users"),
    "copy-after-user-without-chown stateful-root-runtime",
  ],
  [see("duplicate-env", "label-not-valid"), "labels/no-duplicate-keys"],
  [LABELS, "labels/no-buildx-git-overlap labels/no-stale-base-digest labels/valid-key"],
  [see("recursive-chown-duplicates-layer", "world-writable"), "prefer-copy-chmod"],
  [see("remote-script-piped", "git-missing-for-dependency", "vcs-or-debug-tool-in-final"), "prefer-add-git"],
  [see("single-stage-with-build-tooling", "build-tools-in-final"), "prefer-multi-stage-build"],
  [see("pip-cache-in-image", "uv-cache-in-image", "package-lists-left"), "prefer-package-cache-mounts"],
  [see("private-index-without-secret", "git-over-ssh-without-key", "secret-in-arg-or-env"), "require-secret-mounts"],
  [see("secret-in-arg-or-env", "secret-file-reaches-image", "credentials-in-url"), "secrets-in-code"],
  [see("runs-as-root", "user-not-created"), "user-created-but-never-used"],
  [
    "the number of USER is judged (`user-not-numeric`), and what the user may write is proven by running.",
    "user-explicit-group-drops-supplementary-groups",
  ],
  [see("bad-stopsignal"), "prefer-systemd-sigrtmin-plus-3"],
  ["which data tools may send home is a team's own decision.", "prefer-telemetry-opt-out"],
  [see("context-too-broad"), "dockerfile-final-stage-copies-broad-context"],
  [see("build-tools-in-final"), "apkadd-missing-virtual"],
  [see("maintainer-deprecated"), "deprecated_in_1.13"],
  [
    "packages with known faults that an update mends are found in the built image: `no-fixable-vulnerabilities`.",
    "CIS-DI-0004",
  ],
  [HOST, "CIS-DI-0005"],
  [
    "the image is started without any right that such files could give: `no-capabilities`, `arbitrary-uid`.",
    "CIS-DI-0008",
  ],
  [see("verification-off", "add-instead-of-copy", "remote-script-piped"), "CIS-DI-0011"],
  ["useradd refuses a number that is taken, and the build ends there.", "DKL-LI-0002"],
];

/** Each id with what is said of it. */
export const otherTools = (): ReadonlyArray<readonly [id: string, said: string]> =>
  OTHERS.flatMap(([said, ids]) => ids.split(" ").map((id) => [id, said] as const));
