import { expect, it } from "vitest";
import { run } from "./exec.ts";
import { shellWord } from "./shell-word.ts";

it.each(["plain/path-1.0@x", "--flag=a,b"])("leaves %s as it is", (word) => {
  expect(shellWord(word)).toBe(word);
});

it.each(["", "two words", "it's", "$HOME", "`id`", "a\nb", "*", "ü", "~"])(
  "quotes %j so that a shell gives it back",
  async (word) => {
    expect(shellWord(word)).not.toBe(word);
    expect((await run("sh", ["-c", `printf %s ${shellWord(word)}`])).stdout).toBe(word);
  },
);
