import { expect, it } from "vitest";
import { lastWords } from "../../src/probes/support/logs.ts";

const words = (...texts: readonly string[]) => lastWords(texts.map((text) => ({ text })));

it("is the last line that says something", () => {
  expect(words("listening", "ready", "")).toBe("Its last line: ready");
  expect(words("ValueError: seen and dealt with", "ready")).toBe("Its last line: ready");
  expect(words()).toBe("Its last line: The service wrote nothing.");
});

it("is told without the colours in which the service writes", () => {
  expect(words("\u001b[32mINFO\u001b[0m:     ready \u001b[1;38;5;4mnow\u001b[m")).toBe(
    "Its last line: INFO:     ready now",
  );
  const closing = "\u001b[31mApplication startup failed\u001b[39m. Exiting.";
  expect(words("\u001b[1mValueError: no key\u001b[0m", closing)).toBe("Its last error: ValueError: no key");
});

it("is the error where the server only says that it ends", () => {
  const gunicorn = "[2026-01-01 10:00:00 +0000] [1] [INFO] Reason: Worker failed to boot.";
  expect(words("Traceback (most recent call last):", "ModuleNotFoundError: No module named 'x'", gunicorn)).toBe(
    "Its last error: ModuleNotFoundError: No module named 'x'",
  );
  expect(
    words(
      "django.core.exceptions.ImproperlyConfigured: no key",
      "sqlalchemy.exc.OperationalError: refused",
      "ERROR:    Application startup failed. Exiting.",
    ),
  ).toBe("Its last error: sqlalchemy.exc.OperationalError: refused");
  // Where gunicorn cannot load a kind of worker, it puts the traceback in brackets.
  expect(words("[Traceback (most recent call last):", "RuntimeError: eventlet worker requires eventlet", "", "]")).toBe(
    "Its last error: RuntimeError: eventlet worker requires eventlet",
  );
  expect(words("booting", gunicorn)).toBe(`Its last line: ${gunicorn}`);
});
