import parseExpression from "spdx-expression-parse";

/** A licence as CycloneDX has it: an expression stands alone; ids and names stand in a list. */
export type LicenceChoice =
  | { readonly expression: string }
  | { readonly license: { readonly id: string } }
  | { readonly license: { readonly name: string } };

/** The classifiers of Python's index that name one licence of SPDX, by their last part. */
const CLASSIFIERS: Readonly<Record<string, string>> = {
  "MIT License": "MIT",
  "Apache Software License": "Apache-2.0",
  "ISC License (ISCL)": "ISC",
  "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
  "Python Software Foundation License": "PSF-2.0",
  "The Unlicense (Unlicense)": "Unlicense",
  "zlib/libpng License": "Zlib",
  "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
  "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
  "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
  "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
  "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
  "GNU Affero General Public License v3": "AGPL-3.0-only",
  "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
  "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
  "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
  "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
  MIT: "MIT",
  "Apache 2.0": "Apache-2.0",
  "Apache License 2.0": "Apache-2.0",
  "BSD 3-Clause": "BSD-3-Clause",
};

/** What a package declares, as far as SPDX has a name for it. A name that it has not is kept as it was written. */
export function licenceChoices(declared: readonly string[]): readonly LicenceChoice[] {
  const choices = declared.map((text) => choiceOf(CLASSIFIERS[text] ?? text));
  // An expression must be the only one.
  if (choices.length < 2) return choices;
  return choices.map((choice) => ("expression" in choice ? { license: { name: choice.expression } } : choice));
}

function choiceOf(text: string): LicenceChoice {
  try {
    const parsed = parseExpression(text);
    return "license" in parsed &&
      parsed.exception === undefined &&
      parsed.plus !== true &&
      !text.startsWith("LicenseRef-")
      ? { license: { id: parsed.license } }
      : { expression: text };
  } catch {
    return { license: { name: text } };
  }
}
