import { constantText } from "./constants.ts";
import type { SettingsField } from "../model/types.ts";
import type { EnvRead } from "./env-read.ts";
import { evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Assignment, type Call, type Expression, type Scope, within } from "./python-tree.ts";

interface SettingsClass {
  readonly file: PythonFile;
  readonly scope: Scope;
  readonly bases: readonly string[];
}

/** Fields of pydantic's BaseSettings classes, under the names of the variables that fill them. */
export function* readSettings(sources: PythonSources): Generator<EnvRead> {
  const files = sources.withAny("BaseSettings");
  if (files.length === 0) return;
  const classes = settingsClasses(sources, files);
  const inherited = new Set([...classes.values()].flatMap(({ bases }) => bases));
  for (const [name, settings] of classes) {
    if (inherited.has(name)) continue;
    const prefix = prefixOf(sources, settings, classes);
    const delimiter = configured(sources, settings, classes, "env_nested_delimiter") ?? "";
    for (const owner of [...ancestors(settings, classes), settings])
      yield* fieldsOf(owner).flatMap((field) => {
        const model = classNamed(sources, owner.file, field.annotation);
        const names = { model: settings.scope.name, fields: [field.target ?? ""] };
        const read = knownAs(readField(sources, owner.file, field, prefix), names);
        // Settings within settings have names of their own.
        if (model !== undefined && !read.required && classes.has(fullName(model))) return [];
        return model === undefined || delimiter === "" ? [read] : nestedIn(sources, model, { read, delimiter, names });
      });
  }
}

/** Classes that descend from BaseSettings, by their full names. A file is parsed only when it names a known class as a base. */
function settingsClasses(sources: PythonSources, first: readonly PythonFile[]): ReadonlyMap<string, SettingsClass> {
  const found = new Map<string, SettingsClass>();
  let files = first;
  for (let size = -1; size < found.size;) {
    size = found.size;
    for (const candidate of files.flatMap(classesOf)) {
      const name = `${candidate.file.module}.${candidate.scope.name}`;
      if (candidate.bases.some((base) => base.endsWith(".BaseSettings") || found.has(base))) found.set(name, candidate);
    }
    const names = [...found.values()].map(({ scope }) => `(${scope.name}`);
    files = [...new Set([...files, ...sources.withAny(...names)])];
  }
  return found;
}

const classesOf = (file: PythonFile): readonly SettingsClass[] =>
  file.scopes
    .filter(({ kind }) => kind === "class")
    .map((scope) => {
      const bases = scope.bases.map((base) => {
        const name = qualified(file, base);
        return name.includes(".") ? name : `${file.module}.${name}`;
      });
      return { file, scope, bases };
    });

/** The classes above one, each before those that descend from it. A class is met once, however many ways lead to it. */
function ancestors(settings: SettingsClass, classes: ReadonlyMap<string, SettingsClass>): readonly SettingsClass[] {
  const met = new Set([settings]);
  const found: SettingsClass[] = [];
  const open = [{ one: settings, bases: [...settings.bases] }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const base = top.bases.shift();
    const above = base === undefined ? undefined : classes.get(base);
    if (base === undefined) {
      open.pop();
      if (top.one !== settings) found.push(top.one);
    } else if (above !== undefined && !met.has(above)) {
      met.add(above);
      open.push({ one: above, bases: [...above.bases] });
    }
  }
  return found;
}

const prefixOf = (
  sources: PythonSources,
  settings: SettingsClass,
  classes: ReadonlyMap<string, SettingsClass>,
): string => configured(sources, settings, classes, "env_prefix") ?? "";

/** `model_config = SettingsConfigDict(env_prefix=…)`, a dict, a class keyword, or pydantic 1's inner `class Config`. */
function configured(
  sources: PythonSources,
  settings: SettingsClass,
  classes: ReadonlyMap<string, SettingsClass>,
  key: string,
): string | undefined {
  for (const { file, scope } of [settings, ...ancestors(settings, classes)]) {
    const config = file.assignments.find((each) => each.scope === scope && each.target === "model_config")?.value;
    const written = scope.keywords.get(key) ?? configValue(config, key) ?? innerConfig(file, scope, key);
    const text = constantText(sources, file, written);
    if (text !== undefined) return text;
  }
  return undefined;
}

interface Model {
  readonly file: PythonFile;
  readonly scope: Scope;
}

const fullName = ({ file, scope }: Model): string => `${file.module}.${scope.name}`;

/** The class of the service that a field's type names: `Database` of `db: Database` and of `Database | None`. */
function classNamed(sources: PythonSources, file: PythonFile, annotation: Expression | undefined): Model | undefined {
  const named = annotation?.kind === "operation" ? annotation.operands[0] : annotation;
  if (named?.kind !== "name") return undefined;
  const name = qualified(file, named);
  const at = name.lastIndexOf(".");
  const other = at < 0 ? file : sources.module(name.slice(0, at));
  const scope = other?.scopes.find(({ kind, name: own }) => kind === "class" && own === name.slice(at + 1));
  return other === undefined || scope === undefined ? undefined : { file: other, scope };
}

/** `DB__URL` for the field `url` of the model in the field `db`: one level, as people write it. */
function nestedIn(
  sources: PythonSources,
  model: Model,
  { read, delimiter, names }: { readonly read: EnvRead; readonly delimiter: string; readonly names: SettingsField },
): readonly EnvRead[] {
  return fieldsOf({ ...model, bases: [] }).map((field) => {
    const inner = readField(sources, model.file, field, "");
    const name = `${read.name}${delimiter}${inner.name}`.toUpperCase();
    // Where nothing of the model is given, the error names the field that holds it.
    const fields = names.fields.flatMap((outer) => [`${outer}.${field.target ?? ""}`, outer]);
    return knownAs({ ...inner, name, required: read.required && inner.required }, { ...names, fields });
  });
}

/** What its model's errors call a variable, where that is not its name. */
const knownAs = (read: EnvRead, settings: SettingsField): EnvRead =>
  settings.fields.some((field) => field.toLowerCase() === read.name.toLowerCase()) ? read : { ...read, settings };

function configValue(config: Expression | undefined, key: string): Expression | undefined {
  if (config?.kind === "call") return config.keywords.get(key);
  if (config?.kind !== "dict") return undefined;
  return config.entries.find(([name]) => name.kind === "text" && name.value === key)?.[1];
}

const innerConfig = (file: PythonFile, scope: Scope, key: string): Expression | undefined =>
  file.assignments.find(
    ({ target, scope: inner }) =>
      target === key && inner.kind === "class" && inner.name === "Config" && inner.parent === scope,
  )?.value;

function fieldsOf({ file, scope }: SettingsClass): readonly Assignment[] {
  return file.assignments.filter(
    ({ scope: where, target, annotation }) =>
      where === scope &&
      target !== undefined &&
      annotation !== undefined &&
      target !== "model_config" &&
      !target.startsWith("_") &&
      !/^(?:typing\.)?ClassVar$/.test(typeName(file, annotation)),
  );
}

function readField(sources: PythonSources, file: PythonFile, field: Assignment, prefix: string): EnvRead {
  const call = fieldCall(file, field.value) ?? annotatedField(file, field.annotation);
  const fallback = defaultOf(field, call);
  const hasDefault =
    (fallback !== undefined && fallback.kind !== "ellipsis") || call?.keywords.has("default_factory") === true;
  const name = aliasOf(sources, file, call) ?? `${prefix}${field.target ?? ""}`.toUpperCase();
  return {
    name,
    required: !hasDefault && !(isPydanticOne(file) && allowsNone(file, field.annotation)),
    default: hasDefault ? literal(sources, file, fallback) : undefined,
    type: typeName(file, field.annotation),
    confidence: "certain",
    evidence: evidenceOf(file, field),
  };
}

/** What stands after `=`, or the default that `Field` is given. */
function defaultOf(field: Assignment, call: Call | undefined): Expression | undefined {
  if (field.value !== undefined && field.value !== call) return field.value;
  return call?.keywords.get("default") ?? call?.args[0];
}

/** `Optional[x]` or `x | None`: pydantic 1 takes None as its default, pydantic 2 does not. */
const allowsNone = (file: PythonFile, annotation: Expression | undefined): boolean =>
  [...within(annotation)].some((part) => part.kind === "none" || qualified(file, part).endsWith("Optional"));

const literal = (sources: PythonSources, file: PythonFile, value: Expression | undefined): string | undefined => {
  if (value === undefined || value.kind === "none" || value.kind === "ellipsis") return undefined;
  return value.kind === "boolean" ? String(value.value) : constantText(sources, file, value);
};

const isPydanticOne = (file: PythonFile): boolean => file.imports.get("BaseSettings") === "pydantic.BaseSettings";

const fieldCall = (file: PythonFile, value: Expression | undefined): Call | undefined =>
  value?.kind === "call" && qualified(file, value.of).endsWith("Field") ? value : undefined;

/** `Annotated[str, Field(alias="X")]`. */
function annotatedField(file: PythonFile, annotation: Expression | undefined): Call | undefined {
  if (annotation?.kind !== "subscript" || annotation.index?.kind !== "list") return undefined;
  return annotation.index.items.map((item) => fieldCall(file, item)).find((call) => call !== undefined);
}

/** The variable's name as the field gives it; the first choice when there are several. */
function aliasOf(sources: PythonSources, file: PythonFile, call: Call | undefined): string | undefined {
  const written = ["validation_alias", "alias", "env"]
    .map((key) => call?.keywords.get(key))
    .find((each) => each !== undefined);
  const first = written?.kind === "call" ? written.args[0] : written;
  const one = first?.kind === "list" ? first.items[0] : first;
  return constantText(sources, file, one)?.toUpperCase();
}

/** The last part of a type's name: of the first part for unions, of what is inside for `Optional` and `Annotated`. */
function typeName(file: PythonFile, annotation: Expression | undefined): string {
  if (annotation?.kind === "name") return annotation.path.split(".").at(-1) ?? "";
  if (annotation?.kind === "operation") return typeName(file, annotation.operands[0]);
  if (annotation?.kind !== "subscript") return "";
  const outer = typeName(file, annotation.of);
  if (outer !== "Optional" && outer !== "Annotated") return outer;
  return typeName(file, annotation.index?.kind === "list" ? annotation.index.items[0] : annotation.index);
}
