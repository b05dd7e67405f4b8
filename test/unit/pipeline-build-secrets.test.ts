import { expect, it } from "vitest";
import { recognisable } from "../../src/pipeline/build-secrets.ts";

it("looks for a token that is all there is, and for passwords in settings, and for none of their other lines", () => {
  expect(recognisable("tok-5f2a91c07b3e\n")).toEqual(["tok-5f2a91c07b3e"]);
  expect(recognisable("machine pypi.example.org\nlogin ci\npassword s3cr3t-of-ci\n")).toEqual(["s3cr3t-of-ci"]);
  const settings = "[global]\nindex-url = https://ci:Zx81-hunter@pypi.example.org/simple\ntimeout = 60\n";
  expect(recognisable(settings)).toEqual(["Zx81-hunter"]);
});

it("looks for no ordinary word: it would be found everywhere", () => expect(recognisable("secret\n")).toEqual([]));
