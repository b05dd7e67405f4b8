export type Use = "write" | "read";

/** Methods that write a file, whose name others have, too: of them only what looks like a path is one. */
export const LOOSE = /\.(?:to_json|write_csv|write_parquet|save_model|extractall)$/;

/** Calls whose first argument is a path, by their full name's end. */
export const BY_FIRST: ReadonlyArray<readonly [RegExp, Use]> = [
  [/^(?:aiofiles\.)?os\.(?:makedirs|mkdir|remove|unlink|rename|replace|mkfifo)$/, "write"],
  [/(?:^|\.)FileSystemStorage$/, "write"],
  [/(?:^|\.)(?:RotatingFileHandler|TimedRotatingFileHandler|WatchedFileHandler|FileHandler)$/, "write"],
  [/^loguru\.logger\.add$/, "write"],
  [/^sqlite3\.connect$/, "write"],
  [/\.(?:to_csv|to_excel|to_parquet|to_pickle|to_feather|savefig|save_pretrained)$/, "write"],
  [LOOSE, "write"],
  [/^numpy\.(?:save|savez|savez_compressed|savetxt)$/, "write"],
  [/^(?:cv2|imageio|skimage\.io)(?:\.\w+)?\.(?:imwrite|imsave)$/, "write"],
  [/^shelve\.open$/, "write"],
  [/(?:^|\.)(?:PersistentClient|DiskCache|Cache)$/, "write"],
  [/^(?:logging\.config\.)?fileConfig$/, "read"],
  [/^(?:os\.)?(?:listdir|scandir)$/, "read"],
  [/(?:^|\.)load_dotenv$/, "read"],
  [/^PIL\.Image\.open$/, "read"],
  [/^(?:pandas|polars)\.read_(?:csv|json|excel|parquet|pickle|feather|table)$/, "read"],
  [/^(?:joblib|numpy|torch)\.load$/, "read"],
  [/^streamlit\.(?:image|logo)$/, "read"],
];
/** Keyword arguments that name a folder or a file. */
export const BY_KEYWORD: ReadonlyArray<readonly [RegExp, string, Use]> = [
  [/(?:^|\.)basicConfig$/, "filename", "write"],
  [/(?:^|\.)PersistentClient$/, "path", "write"],
  [/(?:^|\.)FileSystemStorage$/, "location", "write"],
  [/(?:^|\.)(?:FileHandler|RotatingFileHandler|TimedRotatingFileHandler)$/, "filename", "write"],
  [/(?:^|\.)Jinja2Templates$/, "directory", "read"],
  [/(?:^|\.)StaticFiles$/, "directory", "read"],
  [/(?:^|\.)(?:Flask|Quart)$/, "template_folder", "read"],
];
/** Calls that write what their second argument names. */
export const BY_SECOND =
  /^(?:shutil\.(?:copy\w*|move|unpack_archive)|joblib\.dump|torch\.save|safetensors(?:\.\w+)?\.save_file|urllib\.request\.urlretrieve)$/;
/** Words that a file with one of these calls holds. */
export const WORDS = [
  "open(",
  "mkdir",
  "makedirs",
  "write_",
  "read_text",
  "read_bytes",
  "tempfile",
  "FileHandler",
  "basicConfig",
  ".read_",
  ".load(",
  "st.image",
  "st.logo",
];
export const MORE_WORDS = [
  "sqlite",
  "PersistentClient",
  "Jinja2Templates",
  "StaticFiles",
  "fileConfig",
  "load_dotenv",
  "shutil",
  "loguru",
  "FileHandler",
  "MEDIA_ROOT",
  ".to_",
  "savefig",
  "ZipFile",
  "FileSystemStorage",
  ".save(",
  ".savez",
  ".savetxt",
  "save_file",
  "save_model",
  "save_pretrained",
  "joblib",
  "imwrite",
  "imsave",
  "extractall",
  "urlretrieve",
  "open_file(",
  "UPLOAD",
];
