/**
 * Python for files that are added from outside: `after_import(names, done)` calls `done` with each module of these names
 * as soon as the service has loaded it. What goes wrong in `done` does not reach the service.
 */
export const AFTER_IMPORT: string = `
def after_import(names, done):
    import sys

    class Finder:
        """Finds nothing itself: it lets the others find, and looks at what they loaded."""
        def find_spec(self, name, path=None, target=None):
            if name not in names:
                return None
            import importlib.util
            sys.meta_path.remove(self)
            try:
                spec = importlib.util.find_spec(name)
            finally:
                sys.meta_path.insert(0, self)
            if spec is None or spec.loader is None:
                return spec
            load = spec.loader.exec_module
            def exec_module(module):
                load(module)
                try:
                    done(module)
                except Exception:
                    pass
            try:
                spec.loader.exec_module = exec_module
            except AttributeError:
                pass  # A loader of compiled code, as pydantic 1 has.
            return spec

    sys.meta_path.insert(0, Finder())
`;
