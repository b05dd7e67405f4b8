interface Shape {
  readonly kind: string;
  /** Group 1 is the secret. */
  readonly expression: RegExp;
}

/**
 * Shapes that are secrets wherever they stand. A word such as `password` is none: on one image it was seen 27 260
 * times. Those are looked for where values are given, by name.
 */
const SHAPES: readonly Shape[] = [
  {
    kind: "private key",
    expression: /(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+[A-Za-z0-9+/=\s:,-]{64,}?-----END)/g,
  },
  { kind: "AWS access key id", expression: /(?<![A-Z0-9])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Z0-9])/g },
  {
    kind: "AWS secret key",
    expression: /aws_?secret_?access_?key["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  },
  { kind: "GitHub token", expression: /(?<!\w)(gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{82})(?!\w)/g },
  { kind: "GitLab token", expression: /(?<!\w)(gl(?:pat|dt|rt|cbt|ptt)-[\w-]{20,})(?!\w)/g },
  { kind: "Slack token", expression: /(?<!\w)(xox[abposr]-\d{6,}-[\w-]{10,})/g },
  { kind: "Stripe key", expression: /(?<!\w)([rs]k_live_[A-Za-z0-9]{20,})/g },
  { kind: "Google API key", expression: /(?<!\w)(AIza[\w-]{35})(?![\w-])/g },
  { kind: "Google service account", expression: /("private_key_id"\s*:\s*"[0-9a-f]{40}")/g },
  { kind: "PyPI token", expression: /(?<!\w)(pypi-AgE[\w-]{50,})/g },
  { kind: "npm token", expression: /(?<!\w)(npm_[A-Za-z0-9]{36})(?!\w)/g },
  { kind: "OpenAI key", expression: /(?<![\w-])(sk-(?:(?:proj|svcacct|admin)-)?[\w-]{20,200}T3BlbkFJ[\w-]{20,200})/g },
  // Keys of a project need not hold the mark of the older ones; a digit tells them from a name of CSS or of a locale.
  {
    kind: "OpenAI key",
    expression: /(?<![\w-])(sk-(?:proj|svcacct|admin)-(?=[\w-]{0,250}\d)(?=[\w-]{0,250}[A-Z])[\w-]{40,250})/g,
  },
  { kind: "Anthropic key", expression: /(?<!\w)(sk-ant-[a-z0-9]+-[\w-]{80,})/g },
  { kind: "SendGrid key", expression: /(?<!\w)(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])/g },
  { kind: "Hugging Face token", expression: /(?<!\w)(hf_[A-Za-z]{34})(?!\w)/g },
  { kind: "Vault token", expression: /(?<!\w)(hv[sb]\.[\w-]{24,})(?![\w-])/g },
  { kind: "DigitalOcean token", expression: /(?<!\w)(do[op]_v1_[0-9a-f]{64})(?!\w)/g },
  { kind: "age key", expression: /(?<!\w)(AGE-SECRET-KEY-1[A-Z0-9]{58})(?!\w)/g },
  { kind: "Azure storage key", expression: /AccountKey=([A-Za-z0-9+/]{86}==)/g },
  { kind: "npm registry token", expression: /:_authToken\s{0,3}=\s{0,3}([\w.+/=-]{16,})/g },
  { kind: "Docker access token", expression: /(?<!\w)(dckr_pat_[\w-]{27,})/g },
];

/**
 * What every shape begins with, in small letters: one quick look that most texts do not pass. A pattern that ignores
 * case costs three times its compilation, and most texts of an analysis are short.
 */
const FIRST_LOOK =
  /private key|akia|asia|aws_?secret_?access_?key|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt)-|xox[abposr]-|k_live_|aiza|private_key_id|pypi-age|npm_|sk-|sg\.|hf_|dckr_pat_|hv[sb]\.|do[op]_v1_|age-secret-key|accountkey=|_authtoken/;

/** Published in documentation as examples, so they are nobody's. */
const KNOWN_EXAMPLES = /EXAMPLE|^AKIAI44QH8DHB|^(?:AKIA|ASIA)([A-Z0-9])\1{6}/;

export interface ShapedSecret {
  readonly kind: string;
  readonly value: string;
}

/** Everything in a text that is a secret by its shape, each as often as it stands there. */
export function shapedIn(text: string): readonly ShapedSecret[] {
  if (!FIRST_LOOK.test(text.toLowerCase())) return [];
  return SHAPES.flatMap(({ kind, expression }) =>
    [...text.matchAll(expression)]
      .map(([, value = ""]) => ({ kind, value }))
      .filter(({ value }) => !KNOWN_EXAMPLES.test(value)),
  );
}
