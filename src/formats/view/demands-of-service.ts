import type { Demand } from "./demand.ts";
import {
  bufferingToday,
  contextToday,
  downloadsToday,
  lastOf,
  layoutToday,
  portToday,
  stagesToday,
  startToday,
  variablesToday,
  writesToday,
} from "./today.ts";

/** How the service runs in it. */
export const demandsOfService: readonly Demand[] = [
  {
    id: "found-when-started",
    demand: "What is installed is found where the command looks",
    category: "runtime",
    today: layoutToday,
  },
  {
    id: "starts-directly",
    demand: "The service starts directly, with a server made for production",
    category: "runtime",
    today: startToday,
  },
  {
    id: "read-only-root",
    demand: "It runs on a read-only root file system",
    category: "runtime",
    today: writesToday,
  },
  {
    id: "log-on-streams",
    demand: "Its log comes out on the streams, line by line",
    category: "runtime",
    today: bufferingToday,
  },
  {
    id: "stops-in-time",
    demand: "It stops in time and answers what is in flight",
    category: "runtime",
    today: lastOf("STOPSIGNAL"),
  },
  {
    id: "health-is-seen",
    demand: "The platform sees whether it is alive",
    category: "runtime",
    today: lastOf("HEALTHCHECK"),
  },
  {
    id: "reached-at-its-port",
    demand: "It is reached at the port that is announced",
    category: "runtime",
    today: portToday,
  },
  {
    id: "configured-from-outside",
    demand: "Configuration comes from outside, and what is missing is told",
    category: "runtime",
    today: variablesToday,
  },
  {
    id: "without-root",
    demand: "It runs without root",
    category: "security",
    today: lastOf("USER"),
  },
  {
    id: "no-secrets",
    demand: "No secret is in a layer, a variable or the history",
    category: "security",
    today: contextToday,
  },
  {
    id: "verified-downloads",
    demand: "What is downloaded is verified",
    category: "security",
    today: downloadsToday,
  },
  {
    id: "todays-syntax",
    demand: "The Dockerfile follows today's syntax",
    category: "files",
    today: stagesToday,
  },
];
