/**
 * The one list of names by which a value is taken for a secret: rules, redaction, the service's variables and the search
 * in images all ask here.
 */

const SURE =
  /PASSWORD|PASSWD|(?:^|_)(?:SECRET|PASSPHRASE|TOKEN|CREDENTIALS?|API_?KEY|(?:PRIVATE|ACCESS|SECRET|ENCRYPTION|SIGNING|JWT|AUTH|MASTER)_?KEY)(?:_|$)|(?:^|_)PASS$|_PWD$|^REDISCLI_AUTH$/;
/** Often a secret, often a key into a table: enough to hide a value, not to accuse anybody. */
const DOUBTFUL = /(?:^|_)(?:SALT|DSN)(?:_|$)|(?:^|_)KEY$/;
/** Keys that everybody may know. */
const NO_SECRET_KEY = /(?:^|_)(?:GPG|PUBLIC|PUB|PRIMARY|FOREIGN|SORT|PARTITION)_KEY$/;
/** Words that end the name of a setting about a secret: `TOKEN_URL`, `PASSWORD_MIN_LENGTH`, `SECRET_KEY_FILE`. */
const ABOUT =
  /_(?:FILE|PATH|DIR|NAME|ALIAS|MODE|TYPE|ID|ARN|URL|URI|HOST|PORT|TTL|EXPIRES?(?:_\w+)?|EXPIRATION|EXPIRY|LIFETIME|AGE|LENGTH|SIZE|ALGORITHM|ALGO|HASHERS?|HEADER|MINUTES|SECONDS|HOURS|DAYS|COUNT|LIMIT|ENABLED|DISABLED|REQUIRED|PREFIX|SUFFIX|FORMAT|ROTATION|POLICY|ENDPOINT|ISSUER|AUDIENCE|REGION|PROVIDER|BACKEND|MANAGER|STORE|STDIN|PROMPT|MAX|MIN)$/;

/** A question about a secret, answered by yes or no: `USE_ID_TOKEN`, `REQUIRE_PASSWORD`. */
const ASKS =
  /(?:^|_)(?:USES?|ENABLES?|DISABLES?|REQUIRES?|ALLOWS?|HAS|SKIP)_(?:[A-Z\d]+_)?(?:TOKEN|PASSWORD|SECRET|API_?KEY|CREDENTIALS?)$/;

/** A switch that says that there is none: `adduser --disabled-password app`, `psql --no-password shop`. */
const NONE = /(?:^|_)(?:DISABLED|NO|WITHOUT)_PASSWORD$/;

const upperOf = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/[-.]/g, "_")
    .toUpperCase();

/** The value of such a variable, argument, label, option or field is a secret, going by its name: `DB_PASSWORD`, `apiKey`, `smtp-pass`. */
export function namesSecret(name: string): boolean {
  const upper = upperOf(name);
  return SURE.test(upper) && !ABOUT.test(upper) && !ASKS.test(upper) && !NONE.test(upper);
}

/** Wider: also names that may be a secret's, such as `CACHE_KEY`, and half of a pair, such as `AWS_ACCESS_KEY_ID`. */
export function mayNameSecret(name: string): boolean {
  const upper = upperOf(name);
  if (upper.endsWith("ACCESS_KEY_ID")) return true;
  if (ABOUT.test(upper) || NONE.test(upper)) return false;
  return SURE.test(upper) || (DOUBTFUL.test(upper) && !NO_SECRET_KEY.test(upper));
}
