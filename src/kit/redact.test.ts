import { expect, it } from "vitest";
import { isDistinctive, redactByShape, secretsIn } from "./redact.ts";
import { redactData } from "./redact-data.ts";

it.each([
  ["postgres://app:hunter22@db/app", "postgres://app:‹redacted›@db/app"],
  ["redis://:hunt@er22@cache:6379/0", "redis://:‹redacted›@cache:6379/0"],
  ["git+https://abcdefghij0123456789@git.example/lib.git", "git+https://‹redacted›@git.example/lib.git"],
  ["curl -u admin:hunter22 --fail http://search:9200", "curl -u admin:‹redacted› --fail http://search:9200"],
  ["curl -s --user='admin:hunter22' http://search", "curl -s --user='admin:‹redacted›' http://search"],
  ["RUN echo 'app:hunter22' | chpasswd", "RUN echo 'app:‹redacted›' | chpasswd"],
  ["RUN useradd -p hunter22 app", "RUN useradd -p ‹redacted› app"],
  ["ENV DB_PASSWORD hunter22", "ENV DB_PASSWORD ‹redacted›"],
  ["    4 | ENV DB_PASSWD hunter 22", "    4 | ENV DB_PASSWD ‹redacted›"],
  ["`ENV DB_PASSWD hunter22` has no `=`.", "`ENV DB_PASSWD ‹redacted›` has no `=`."],
  ["API_KEY=hunter22 next", "API_KEY=‹redacted› next"],
  ['ENV SMTP_PASS="two words" PORT=8000', 'ENV SMTP_PASS="‹redacted›" PORT=8000'],
  ["RUN PIP_PASS=hunter22 pip install .", "RUN PIP_PASS=‹redacted› pip install ."],
  ["PGPASSWORD='hunter,22' psql", "PGPASSWORD='‹redacted›' psql"],
  ["docker run --env DB_PASSWORD=hunter22 app", "docker run --env DB_PASSWORD=‹redacted› app"],
  ["app --api-key hunter22 --port 80", "app --api-key ‹redacted› --port 80"],
  ["app --api-key=hunter22", "app --api-key=‹redacted›"],
  ["https://hooks.example/?a=1&token=hunter22", "https://hooks.example/?a=1&token=‹redacted›"],
  ['{"db": {"apiKey": "hunter22", "port": 5432}}', '{"db": {"apiKey": "‹redacted›", "port": 5432}}'],
  ['{\\"SECRET_KEY\\": \\"hunter22\\"}', '{\\"SECRET_KEY\\": \\"‹redacted›\\"}'],
  ["-ENV DB_PASSWD hunter22", "-ENV DB_PASSWD ‹redacted›"],
  ["ONBUILD ENV DB_PASSWD hunter22", "ONBUILD ENV DB_PASSWD ‹redacted›"],
  ['os.getenv("JWT_SECRET", "hunter22")', 'os.getenv("JWT_SECRET", "‹redacted›")'],
  ["  POSTGRES_PASSWORD: hunter", "  POSTGRES_PASSWORD: ‹redacted›"],
  ["password: hunter22", "password: ‹redacted›"],
  ['curl -H "Authorization: Bearer hunter22" x', 'curl -H "Authorization: Bearer ‹redacted›" x'],
  ['curl -H "PRIVATE-TOKEN: hunter22" x', 'curl -H "PRIVATE-TOKEN: ‹redacted›" x'],
  ["sent Bearer abcdefgh.01234567", "sent Bearer ‹redacted›"],
  [`LABEL note=ghp_${"a1B2".repeat(9)}`, "LABEL note=‹redacted›"],
])("hides the secret of %s", (text, shown) => {
  expect(redactByShape(text)).toBe(shown);
  expect(redactByShape(shown)).toBe(shown);
  expect(secretsIn(text)).toHaveLength(1);
});

it.each([
  "docker run -u 1000:1000 app",
  "curl -fsS http://localhost:8000/health",
  "https://example.org/a:b",
  "ENV PASSWORD_MIN_LENGTH=12 TOKEN_URL=https://id.example/token SECRET_KEY_FILE=/run/secrets/key",
  "ENV MONKEY=banana COMPASS=north BYPASS=1 PWD=/app MAX_TOKENS=4096",
  "https://ci:$TOKEN@packages.example/simple",
  'curl -H "Authorization: Bearer $TOKEN" x',
  "API_KEY=$API_KEY DB_PASSWORD=${DB_PASSWORD}",
  "${DB_PASSWORD:?must be set}",
  "RUN --mount=type=secret,id=token,env=UV_TOKEN uv sync",
  "docker build --secret id=token,src=token.txt .",
  'API_KEY = os.environ["API_KEY"]',
  "The service has no token: nothing to do.",
  "REQUIRE_TOKEN=true",
  "git@github.com:team/lib.git",
])("leaves %s", (text) => {
  expect(redactByShape(text)).toBe(text);
});

it("hides in data what its key, its name or the word before it says is a secret", () => {
  const seen: string[] = [];
  const data = {
    env: ["DB_PASSWORD=one-value", "PORT=8000"],
    labels: { token: "two-value", title: "demo" },
    environment: [{ name: "SMTP_PASS", value: "three-value" }],
    argv: ["app", "--password", "four-value", "--verbose"],
    probe: ["curl", "-u", "admin:five-value", "http://x"],
    variable: { name: "JWT_SECRET", secret: true, default: "six-value", example: "an example of ours" },
    flag: { secret: true, count: 3 },
  };
  expect(redactData(data, (value) => seen.push(value) > 0)).toEqual({
    env: ["DB_PASSWORD=‹redacted›", "PORT=8000"],
    labels: { token: "‹redacted›", title: "demo" },
    environment: [{ name: "SMTP_PASS", value: "‹redacted›" }],
    argv: ["app", "--password", "‹redacted›", "--verbose"],
    probe: ["curl", "-u", "admin:‹redacted›", "http://x"],
    variable: { name: "JWT_SECRET", secret: true, default: "‹redacted›", example: "an example of ours" },
    flag: { secret: true, count: 3 },
  });
  expect(seen).toHaveLength(6);
});

it("takes a value for distinctive when no other text would hold it by chance", () => {
  expect(["hunter2secret", "tr0ub4dor", "correcthorsebattery"].filter(isDistinctive)).toHaveLength(3);
  expect(["postgres", "changeme", "app", "123456", "app/main"].filter(isDistinctive)).toEqual([]);
});
