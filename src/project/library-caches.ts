import type { Service } from "../model/types.ts";

/** A library that keeps files below the home folder unless a variable names another place. */
export interface LibraryCache {
  readonly library: string;
  /** The variable to set, and a place for it that is always writable. */
  readonly variable: string;
  readonly place: string;
  /** Every variable that moves it, that one included. */
  readonly movedBy: readonly string[];
  /** What happens where the home folder cannot be written. */
  readonly effect: string;
  /** It goes on all the same. */
  readonly isHarmless: boolean;
}

const cache = (
  [variable, ...others]: readonly [string, ...string[]],
  folder: string,
  effect: string,
  isHarmless = false,
): Omit<LibraryCache, "library"> => ({
  variable,
  place: `/tmp/${folder}`,
  movedBy: [variable, ...others],
  effect,
  isHarmless,
});

const HUGGING_FACE = cache(
  ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "XDG_CACHE_HOME"],
  "huggingface",
  "the first model or data set that it fetches ends with PermissionError",
);
/** They compile with `cache=True`; the folders beside their code are root's in a good image. */
const NUMBA = cache(["NUMBA_CACHE_DIR"], "numba", "the import ends with `no locator available`");
const FONTS = cache(["XDG_CACHE_HOME"], "cache", "fontconfig reads every font anew and logs `No writable cache`", true);

const CACHES: Readonly<Record<string, Omit<LibraryCache, "library">>> = {
  cairosvg: FONTS,
  datasets: HUGGING_FACE,
  diffusers: HUGGING_FACE,
  easyocr: cache(["EASYOCR_MODULE_PATH"], "easyocr", "making a Reader ends with PermissionError"),
  "faster-whisper": HUGGING_FACE,
  "huggingface-hub": HUGGING_FACE,
  librosa: NUMBA,
  matplotlib: cache(
    ["MPLCONFIGDIR"],
    "matplotlib",
    "its list of fonts is made anew at each start, in a temporary folder",
    true,
  ),
  nltk: cache(["NLTK_DATA"], "nltk", "`nltk.download` ends with PermissionError"),
  "openai-whisper": cache(["XDG_CACHE_HOME"], "cache", "loading a model ends with PermissionError"),
  pynndescent: NUMBA,
  "sentence-transformers": HUGGING_FACE,
  transformers: HUGGING_FACE,
  "umap-learn": NUMBA,
  weasyprint: FONTS,
};

/**
 * The libraries among the direct dependencies that write below the home folder by themselves: what comes along with
 * others may never be used. `read` gives a file's text: nltk writes only where the code asks it to.
 */
export function libraryCaches(
  { dependencies, files }: Pick<Service, "dependencies" | "files">,
  read: (file: string) => string | undefined,
): readonly LibraryCache[] {
  const names = [...new Set(dependencies.runtime.map(({ name }) => name))];
  return names.flatMap((library) => {
    const found = CACHES[library];
    if (found === undefined || (library === "nltk" && !files.some((file) => downloads(file, read)))) return [];
    return [{ library, ...found }];
  });
}

const downloads = (file: string, read: (file: string) => string | undefined): boolean =>
  file.endsWith(".py") && !/(?:^|\/)tests?\//.test(file) && read(file)?.includes("nltk.download(") === true;
