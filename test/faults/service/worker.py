"""A worker: it listens on no port, does a piece of work now and then, and ends when it is told to."""

import os
import signal
import sys
import threading

for name in ("GREETING", "API_TOKEN"):
    if not os.environ.get(name):
        sys.exit(f"{name} is missing")

ending = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: ending.set())
print("waiting for work")
done = 0
while not ending.wait(0.5):
    done += 1
print(f"{done} pieces of work done")
