import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

const mirrored = (address: string): string =>
  (healthy["uv.lock"] ?? "").replaceAll("https://index.example/simple", address);

export const lockPinnedToMirror: Rule = {
  id: "lock-pinned-to-mirror",
  title: "The lock takes its packages from a mirror of one region",
  why: "The address of every file is written in the lock. Built elsewhere, each one is fetched from the other side of the world, slowly or not at all; when the mirror drops a file, the lock can no longer be installed, although PyPI still has it.",
  source: "Trap T40 (Djagon)",
  severity: "warning",
  confidence: "certain",
  advice:
    "Lock against PyPI (`uv lock --default-index https://pypi.org/simple`) and set a mirror where it is wanted, with UV_DEFAULT_INDEX.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "uv.lock": mirrored("https://pypi.tuna.tsinghua.edu.cn/simple"),
      }),
    ],
    good: [healthy, project({ Dockerfile: healthyDockerfile, "uv.lock": mirrored("https://pypi.org/simple") })],
  },
  *check({ service }) {
    const { lock } = service;
    const mirror = lock?.registries.find((address) => MIRRORS.test(address));
    if (lock === undefined || mirror === undefined) return;
    yield { message: `${lock.path} takes packages from ${mirror}.`, where: { file: lock.path, line: 1 } };
  },
};

const MIRRORS =
  /^https?:\/\/(?:[\w.-]+\.)?(?:tsinghua\.edu\.cn|aliyun\.com|aliyuncs\.com|ustc\.edu\.cn|douban\.com|doubanio\.com|huaweicloud\.com|cloud\.tencent\.com|tencentyun\.com|bfsu\.edu\.cn|sjtu\.edu\.cn|nju\.edu\.cn|hustunique\.com|iranrepo\.ir|yandex\.ru|kakao\.com)(?:[:/]|$)/i;
