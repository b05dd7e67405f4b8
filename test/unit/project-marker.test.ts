import { describe, expect, it } from "vitest";
import { anywhere, conditionsOf } from "../../src/project/marker.ts";
import { meets } from "../../src/project/release.ts";

const on312 = conditionsOf({ python: "3.12" });
const exactly = conditionsOf({ python: "3.12.4" });
const unknown = conditionsOf({ python: undefined });

describe("a condition of PEP 508 on Linux with CPython 3.12", () => {
  it.each([
    ["", true],
    ['sys_platform == "win32"', false],
    ["sys_platform != 'win32'", true],
    ['platform_system == "Windows"', false],
    ['os_name == "nt"', false],
    ['"linux" in sys_platform', true],
    ['sys_platform in "linux darwin"', true],
    ['sys_platform not in "linux darwin"', false],
    ['platform_python_implementation == "PyPy"', false],
    ['implementation_name == "cpython"', true],
    ['os.name == "posix"', true],
    ['python_version < "3.11"', false],
    ['python_version >= "3.9"', true],
    ['"3.9" <= python_version', true],
    ['"3.13" <= python_version', false],
    ['python_version == "3.12"', true],
    ['python_version != "3.12"', false],
    ['python_version == "3.*"', true],
    ['python_version ~= "3.8"', true],
    ['python_version > "3.12"', false],
    ['python_version in "3.11, 3.12"', true],
    ['python_version not in "3.11 3.12"', false],
    ['python_full_version < "3.13.1"', true],
    ['python_full_version >= "3.12"', true],
    ['python_full_version == "3.12.*"', true],
    ['python_full_version < "3.11.0a6"', false],
    ['sys_platform == "win32" and python_version > "3.0"', false],
    ['sys_platform == "win32" or python_version > "3.0"', true],
    ['(sys_platform == "win32" or os_name == "posix") and not_a_variable == "x"', undefined],
    ['sys_platform == "win32" and platform_machine == "x86_64"', false],
    ['sys_platform == "linux" and platform_machine == "x86_64"', undefined],
    ['sys_platform == "linux" or platform_machine == "x86_64"', true],
    ['extra == "pg"', false],
    ['extra != "pg"', true],
    ['"pg" in extras', false],
    ['extra == "extra-4-shop-cpu"', undefined],
    ["python_version <", undefined],
    ['python_version < "3.11" and', undefined],
    ['(sys_platform == "win32"', undefined],
    ['"a" == "a"', undefined],
    ["os_name == sys_platform", undefined],
    ["%%%", undefined],
    [`${"(".repeat(5000)}os_name == "nt"${")".repeat(5000)}`, undefined],
  ])("%s", (marker, expected) => {
    expect(on312(marker)).toBe(expected);
  });

  it("is told of the extras that are chosen", () => {
    expect(on312('extra == "pg"', ["pg"])).toBe(true);
    expect(on312('extra == "Pg_Binary"', ["pg-binary"])).toBe(true);
    expect(on312('extra == "pg" and sys_platform == "win32"', ["pg"])).toBe(false);
    expect(on312("'pg' in extras", ["pg"])).toBe(true);
  });

  it("knows a patch release only where one is named", () => {
    expect(on312('python_full_version < "3.12.3"')).toBeUndefined();
    expect(exactly('python_full_version < "3.12.3"')).toBe(false);
    expect(on312('python_full_version == "3.12.4"')).toBeUndefined();
    expect(exactly('python_full_version == "3.12.4"')).toBe(true);
    expect(exactly('python_full_version != "3.12.4"')).toBe(false);
  });

  it("says nothing of a Python that is not known", () => {
    expect(unknown('python_version < "3.11"')).toBeUndefined();
    expect(unknown('python_version < "3.11" and sys_platform == "win32"')).toBe(false);
    expect(anywhere('sys_platform == "win32"')).toBeUndefined();
  });
});

describe("a release and a clause", () => {
  it.each([
    ["3.12", ">=3.12", true],
    ["3.12", "<3.12", false],
    ["3.12", "<=3.12.5", undefined],
    ["3.12", ">3.12.5", undefined],
    ["3.12", "~=3.12.1", undefined],
    ["3.12.4", "~=3.12.1", true],
    ["3.13.0", "~=3.12.1", false],
    ["3.12.4", "===3.12.4", true],
    ["3.12.4", "==3.12.4.*", true],
    ["3.12.4", "!=3.12.*", false],
    ["3.12.4", "about 3", undefined],
    ["", ">=3", undefined],
  ])("%s %s", (release, clause, expected) => {
    expect(meets(release, clause)).toBe(expected);
  });
});
