import { posix } from "node:path";
import { pathOf, pathOrFolderOf } from "./paths.ts";
import type { PythonFile, PythonSources } from "./python-source.ts";
import { type Assignment, type Call, methodOf } from "./python-tree.ts";

/** Settings that name the folder of uploads: Django's, the one of Flask's manual, Flask-Uploads'. */
const FOLDERS = /^(?:MEDIA_ROOT|UPLOAD_FOLDER|UPLOADS_DEFAULT_DEST|UPLOADED_[A-Z\d]+_DEST)$/;

/** Libraries whose objects have a `save` that takes a path. */
const SAVES = /^(?:flask|werkzeug|quart|sanic|PIL|openpyxl|docx|pptx)(?:\.|$)/;

/** The folder that a setting gives to uploads. */
export function uploadFolder(
  sources: PythonSources,
  file: PythonFile,
  { target, targetExpression, value, scope }: Assignment,
): string | undefined {
  const { kind } = targetExpression;
  const key = kind === "subscript" && targetExpression.index?.kind === "text" ? targetExpression.index.value : target;
  const isSetting = kind === "subscript" || scope.kind === "module" || scope.kind === "class";
  if (key === undefined || !isSetting || !FOLDERS.test(key)) return undefined;
  const path = pathOf(sources, file, value, { scope });
  return path === undefined || path === "" ? undefined : posix.normalize(path);
}

/**
 * `upload.save("uploads/a.png")`, as werkzeug's files of a request and pictures have it. A `save` without a path, or with a
 * name that could be that of anything, is another one.
 */
export function savedTo(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
): { readonly path: string; readonly use: "write" } | undefined {
  const { object, method } = methodOf(call);
  const [first] = call.args;
  if (method !== "save" || object === undefined || first === undefined) return undefined;
  if (![...file.imports.values()].some((name) => SAVES.test(name))) return undefined;
  const path = pathOrFolderOf(sources, file, first, call);
  return path !== undefined && /\/|\.\w{1,5}$/.test(path) ? { path, use: "write" } : undefined;
}
