import type { Demand } from "./demand.ts";
import { baseToday, contextToday, lockToday, pythonToday, stagesToday } from "./today.ts";

/** What makes the image, and what is in it. */
export const demandsOfBuild: readonly Demand[] = [
  {
    id: "builds-from-a-clone",
    demand: "The Dockerfile builds from a fresh clone",
    category: "files",
    today: contextToday,
  },
  {
    id: "exact-bases-and-tools",
    demand: "Base images and tools are named exactly",
    category: "reproducibility",
    today: baseToday,
  },
  {
    id: "allowed-python",
    demand: "The base has a Python that the project allows, and is maintained",
    category: "reproducibility",
    today: pythonToday,
  },
  {
    id: "locked-versions",
    demand: "The lock decides every version",
    category: "reproducibility",
    today: lockToday,
  },
  {
    id: "no-build-tools",
    demand: "Build tools stay out of the shipped image",
    category: "size",
    today: stagesToday,
  },
  {
    id: "only-what-is-needed",
    demand: "The image holds what production needs, and each file once",
    category: "size",
    today: contextToday,
  },
  {
    id: "cached-dependencies",
    demand: "An edit of the source does not install the dependencies again",
    category: "size",
    today: stagesToday,
  },
];
