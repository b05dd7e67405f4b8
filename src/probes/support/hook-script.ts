import { AFTER_IMPORT } from "./after-import.ts";

/**
 * Python that notes which files a service writes, which programs it starts and which variables it reads. One line of JSON
 * for each new thing, into a file for each process, bounded in lines and bytes; names and places only, never a value.
 * It must not change what the service does: each note is made behind a guard, and what goes wrong in it is dropped.
 */
export const HOOK: string = `${AFTER_IMPORT}
def install():
    import os, sys
    from _thread import _local
    from json import dumps

    HERE = os.path.dirname(os.path.abspath(__file__))
    FOLDER = os.path.join(HERE, "seen")
    LIBRARY = os.path.dirname(os.__file__) + os.sep
    SITES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
    MOST_LINES, MOST_BYTES, MOST_FILES, MOST_TEXT = 400, 150_000, 48, 300
    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    own = _local()
    known = set()
    lines = {}
    empty = {}

    def tell(key, *record):
        # What is not there has a bound of its own: whoever reads all variables must not hide it.
        kind = (record[0], record[0] == "read" and record[3])
        if key in known or lines.get(kind, 0) >= MOST_LINES:
            return
        known.add(key)
        lines[kind] = lines.get(kind, 0) + 1
        file = "%s/%d-%d" % (FOLDER, os.getpid(), os.geteuid())
        if not os.path.exists(file) and len(os.listdir(FOLDER)) >= MOST_FILES:
            return
        to = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.fstat(to).st_size < MOST_BYTES:
                os.write(to, (dumps(record) + "\\n").encode())
        finally:
            os.close(to)

    def guarded(work):
        def call(*args):
            if getattr(own, "busy", False):
                return
            own.busy = True
            try:
                work(*args)
            except Exception:
                pass
            finally:
                own.busy = False
        return call

    def text(value):
        return os.fsdecode(value)[:MOST_TEXT]

    def place():
        """The nearest line that belongs neither to the standard library nor to this file."""
        frame = sys._getframe(2)
        for _ in range(80):
            if frame is None:
                return ""
            file = frame.f_code.co_filename
            library = file.startswith("<") or file.startswith(LIBRARY) and not any(site in file for site in SITES)
            if not library and file != __file__:
                return "%s:%d" % (text(file), frame.f_lineno)
            frame = frame.f_back
        return ""

    def wrote(kind, path, made=False):
        if path is None or isinstance(path, int):
            return
        path = os.path.abspath(os.fsdecode(path))
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if path.startswith((HERE, "/proc/", "/sys/", "/dev/")) or "/__pycache__/" in path or path.endswith("/__pycache__"):
            return
        if made and os.path.isdir(path):
            return
        folder = base = os.path.dirname(path)
        while base != "/" and not os.path.isdir(base):
            base = os.path.dirname(base)
        if base not in empty:
            with os.scandir(base) as entries:
                empty[base] = next(entries, None) is None
        # What is refused where everything is writable is refused everywhere, and needed nowhere.
        if not os.access(path if kind == "open" and os.path.exists(path) else base, os.W_OK):
            return
        by = place()
        tell((kind, path if made else folder, by), "write", kind, text(path), text(base), empty[base], by)

    def opened(path, mode, flags):
        if not isinstance(flags, int) or not flags & WRITES:
            return
        if not isinstance(path, int) and os.path.isdir(path):  # A file without a name, in that folder.
            path = os.path.join(os.fsdecode(path), "unnamed")
        wrote("open", path)

    def connected(database):
        if isinstance(database, (str, bytes, os.PathLike)):
            name = os.fsdecode(database)
            if name.startswith("file:"):
                from urllib.parse import unquote, urlsplit
                parts = urlsplit(name)
                name = "" if "mode=memory" in parts.query or "mode=ro" in parts.query else unquote(parts.path)
            if name not in ("", ":memory:"):
                wrote("sqlite3.connect", name)

    def bound(socket, address):
        if isinstance(address, (str, bytes)) and address and address[:1] not in ("\\0", b"\\0"):
            wrote("socket.bind", address)

    def started(program, *rest):
        if isinstance(program, (str, bytes, os.PathLike)):
            # Arguments, and variables that stand before them, may hold a secret: the program alone.
            name = [word for word in os.fsdecode(program).split() if "=" not in word][:1]
            by = place()
            tell(("program", *name, by), "program", text("".join(name)), by)

    NOTED = {
        "open": opened,
        "sqlite3.connect": lambda database, *rest: connected(database),
        "socket.bind": bound,
        "subprocess.Popen": started,
        "os.system": started,
        "os.exec": started,
        "os.posix_spawn": started,
        "os.mkdir": lambda path, *rest: wrote("os.mkdir", path, made=True),
        "tempfile.mkstemp": lambda path: wrote("tempfile.mkstemp", path),
        "tempfile.mkdtemp": lambda path: wrote("tempfile.mkdtemp", path, made=True),
        "os.rename": lambda source, target, *rest: wrote("os.rename", target),
        "os.link": lambda source, target, *rest: wrote("os.link", target),
        "os.symlink": lambda source, target, *rest: wrote("os.symlink", target),
        "os.truncate": lambda path, *rest: wrote("os.truncate", path),
    }
    NOTED = {event: guarded(work) for event, work in NOTED.items()}

    def audit(event, args):
        work = NOTED.get(event)
        if work is not None:
            work(*args)

    @guarded
    def read(how, name, present):
        if isinstance(name, str) and ("read", how, name, present) not in known:
            tell(("read", how, name, present), "read", how, text(name), present, place())

    def watch_variables():
        """Which names are asked for, how, and whether they are there."""
        kind = type(os.environ)
        getitem = kind.__getitem__

        def __getitem__(self, key):
            try:
                value = getitem(self, key)
            except KeyError:
                caller = sys._getframe(1).f_code
                lenient = "_collections_abc" in caller.co_filename
                read("default" if lenient else "item", key, False)
                raise
            read("item", key, True)
            return value

        def get(self, key, default=None):
            try:
                value = getitem(self, key)
            except KeyError:
                read("get" if default is None else "default", key, False)
                return default
            read("get" if default is None else "default", key, True)
            return value

        def __contains__(self, key):
            try:
                getitem(self, key)
            except KeyError:
                read("in", key, False)
                return False
            read("in", key, True)
            return True

        kind.__getitem__, kind.get, kind.__contains__ = __getitem__, get, __contains__

    def names_of(model, name, field):
        """Under which names a settings class looks for a field, and whether it must be there."""
        if hasattr(field, "is_required"):
            config = getattr(model, "model_config", {})
            alias = field.validation_alias or field.alias
            choices = [one for one in getattr(alias, "choices", [alias]) if isinstance(one, str)]
            names = choices or [config.get("env_prefix", "") + name]
            return names, field.is_required(), config.get("case_sensitive"), field.annotation
        extra = field.field_info.extra
        names = sorted(extra.get("env_names", ())) or [name]
        return names, bool(field.required), getattr(model.__config__, "case_sensitive", False), field.outer_type_

    @guarded
    def settings(model):
        by = place()
        there = {name.upper() for name in os.environ}
        fields = getattr(model, "model_fields", None) or getattr(model, "__fields__", {})
        for name, field in fields.items():
            names, required, exact, annotation = names_of(model, name, field)
            names = [text(one if exact else one.upper()) for one in names][:4]
            present = any(one.upper() in there for one in names)
            annotation = getattr(annotation, "__name__", None) or str(annotation)
            tell(("setting", *names), "setting", model.__name__[:80], names, bool(required), present, annotation[:80], by)

    def watch_settings(module):
        from functools import wraps
        base = module.BaseSettings
        original = base.__init__

        @wraps(original)
        def __init__(self, *args, **kwargs):
            settings(type(self))
            original(self, *args, **kwargs)

        base.__init__ = __init__

    # The classes of a compiled pydantic 1 are not seen.
    SETTINGS = ("pydantic_settings.main", "pydantic.env_settings", "pydantic.v1.env_settings")
    hasattr(sys, "addaudithook") and sys.addaudithook(audit)
    watch_variables()
    after_import(SETTINGS, watch_settings)
    guarded(tell)("start", "start", "%d.%d" % sys.version_info[:2], hasattr(sys, "addaudithook"))

try:
    install()
except Exception:
    pass
`;
