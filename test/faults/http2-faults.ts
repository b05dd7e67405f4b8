import type { Fault } from "./fault.ts";
import { COMMAND } from "./lines.ts";

const COPY = "COPY app.py wsgi.py worker.py h2.py ./";

/** The service's place is taken by one that speaks HTTP/2, with `both` HTTP/1.1 as well, and may not wait at its end. */
const speaking = (words: string, atEnd?: string): NonNullable<Fault["dockerfile"]> => [
  [COMMAND, `CMD ["python", "/app/h2.py"${words}]`],
  ...(atEnd === undefined ? [] : [[COPY, `${COPY}\nRUN sed -i 's/^    await drain()/    ${atEnd}/' h2.py`] as const]),
];

/** How requests over HTTP/2 and calls of gRPC are dropped. */
export const http2Faults: readonly Fault[] = [
  {
    name: "drops the request in flight over HTTP/2",
    breaks: ["stop-answers-in-flight"],
    says: { "stop-answers-in-flight": /was dropped: POST/ },
    dockerfile: speaking("", "pass"),
  },
  {
    name: "drops the request in flight over HTTP/2, of a service that speaks HTTP/1.1 on the same port",
    breaks: ["stop-answers-in-flight"],
    says: { "stop-answers-in-flight": /in flight over HTTP\/2 was dropped: POST/ },
    dockerfile: speaking(', "both"', "[talk.transport.abort() for talk in Talk.every]; await drain()"),
  },
  {
    name: "drops the call in flight over gRPC",
    breaks: ["stop-answers-in-flight"],
    says: { "stop-answers-in-flight": /was dropped: gRPC/ },
    dockerfile: speaking(', "grpc"', "pass"),
  },
  {
    name: "calls off the call in flight over gRPC",
    breaks: ["stop-answers-in-flight"],
    says: { "stop-answers-in-flight": /with gRPC status 14 instead of 0/ },
    dockerfile: speaking(', "grpc"', '[talk.answer(one, b"14") for talk in Talk.every for one in list(talk.open)]'),
  },
];

/** The same services, which do wait. */
export const http2Twins: readonly Fault[] = [
  {
    name: "healthy, and speaks nothing but HTTP/2",
    breaks: [],
    keeps: ["becomes-healthy", "stop-answers-in-flight", "stops-when-idle", "stops-with-idle-connections"],
    dockerfile: speaking(""),
  },
  {
    name: "healthy, and speaks HTTP/1.1 and HTTP/2 on one port",
    breaks: [],
    keeps: ["becomes-healthy", "stop-answers-in-flight", "stops-when-idle", "stops-with-idle-connections"],
    dockerfile: speaking(', "both"'),
  },
  {
    name: "healthy, and speaks nothing but gRPC",
    breaks: [],
    keeps: ["becomes-healthy", "stop-answers-in-flight", "stops-when-idle", "stops-with-idle-connections"],
    dockerfile: speaking(', "grpc"'),
  },
];
