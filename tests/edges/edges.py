"""The edges between folders: what may include what. Reads #include lines and CMake's graylane_library calls; builds nothing.

A folder is one below core/ or shell/ (below core/dialect/ for dialects). Each is one library, and its LINKS are its edges;
beside it there may be one named *_port, for those who implement a folder's interface without needing the rest.
"""
import os
import re

# What each folder of core may include and link, beside itself. A new folder of core needs a line here: its edges are a decision.
CORE = {
    "core/base": [],
    "core/doc": ["core/base"],
    "core/api": ["core/base", "core/doc"],
    "core/patch": ["core/base", "core/doc", "core/api"],
    "core/protobuf": ["core/base", "core/doc", "core/api"],
    "core/gohash": ["core/base", "core/doc", "core/api"],
    "core/openapi": ["core/base", "core/doc", "core/api"],
    "core/route": ["core/base", "core/doc"],
    "core/analysis": ["core/base"],
    "core/release": ["core/base", "core/doc", "core/api", "core/route", "core/analysis"],
    "core/dialect/*": ["core/base", "core/doc", "core/api", "core/route"],
    "core/sim": ["core/*"],
}
# What a folder of shell must not reach, not even through others.
SHELL_NEVER = {
    "shell/gateway": ["core/api", "shell/control", "shell/store", "shell/kube", "shell/apiserver"],
    "shell/control": ["shell/gateway", "shell/store", "shell/kube", "shell/local"],
    "shell/apiserver": ["shell/gateway", "shell/kube", "shell/local", "shell/sources", "shell/daemon"],
}
LINES_MAX = 600
LONG_FILES = {}  # path: why it is better in one piece

SOURCE = re.compile(r"\.(h|cc)$")
TEST_SOURCE = re.compile(r"_(test|fuzz|bench)\.(h|cc)$|(^|/)(test|testing)_[a-z_]*\.(h|cc)$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
CALL = re.compile(r"\b(graylane_library|target_link_libraries|add_executable|add_library)\s*\(([^()]*)\)")
KEYWORDS = {"SOURCES", "LINKS", "PRIVATE_LINKS", "TESTS", "TEST_LINKS", "FUZZ", "BENCH", "PUBLIC", "PRIVATE", "INTERFACE"}


def folder_of(path):
    """The folder that a file belongs to: "core/dialect/istio/retry/x.h" belongs to "core/dialect/istio"."""
    parts = path.split("/")[:-1]
    return "/".join(parts[: 3 if parts[:2] == ["core", "dialect"] else 2])


def matches(folder, patterns):
    return any(folder == p or (p.endswith("/*") and folder.startswith(p[:-1])) for p in patterns)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def source_files(root):
    for top in ("core", "shell"):
        for where, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(names):
                if SOURCE.search(name):
                    yield os.path.relpath(os.path.join(where, name), root)


def resolve(root, includer, quoted, target):
    """The file of this tree that an include means, as the compiler finds it; None for one that is not in the tree."""
    beside = os.path.dirname(includer)
    for base in ([beside] if quoted else []) + ["core", "shell", ""]:
        path = os.path.normpath(os.path.join(base, target))
        if path.startswith(("core/", "shell/")) and os.path.isfile(os.path.join(root, path)):
            return path
    return None


class Include:
    def __init__(self, by, line, path):
        self.by, self.line, self.path = by, line, path
        self.folder, self.target = folder_of(by), folder_of(path)
        self.is_test = bool(TEST_SOURCE.search(by))

    def __str__(self):
        return f"{self.by}:{self.line}: includes {self.path}"


def includes(root):
    """Every include of one file of the tree by another folder's."""
    found = []
    for by in source_files(root):
        text = read(os.path.join(root, by))
        for match in INCLUDE.finditer(text):
            path = resolve(root, by, match[1] == '"', match[2])
            if path and folder_of(path) != folder_of(by):
                found.append(Include(by, text.count("\n", 0, match.start()) + 1, path))
    return found


class Links:
    """What a folder's CMakeLists.txt files link: `code` for the library and programs, `tests` only for its tests."""

    def __init__(self):
        self.code, self.tests, self.libraries = set(), set(), []

    def add_call(self, command, words):
        name, section = words[0], "SOURCES"
        if command == "graylane_library":
            self.libraries.append(name)
        for word in words[1:]:
            if word in KEYWORDS:
                section = word
            elif section in ("LINKS", "PRIVATE_LINKS") or command == "target_link_libraries":
                self.code.add(word)
            elif section == "TEST_LINKS":
                self.tests.add(word)


def links(root):
    """folder -> Links. Names are still those of libraries."""
    result = {}
    for top in ("core", "shell"):
        for where, _, names in os.walk(os.path.join(root, top)):
            if "CMakeLists.txt" in names:
                path = os.path.relpath(os.path.join(where, "CMakeLists.txt"), root)
                text = re.sub(r"#.*", "", read(os.path.join(root, path)))
                for match in CALL.finditer(text):
                    words = match[2].replace('"', " ").split()
                    if words:
                        result.setdefault(folder_of(path), Links()).add_call(match[1], words)
    return result


def to_folders(names, folder_by_library):
    return {folder_by_library[name] for name in names if name in folder_by_library}


def core_edges(edges):
    """edges: (folder, target, text). Core keeps to its table; code of core that is not a test as much as its links."""
    for folder, target, text in edges:
        if not folder.startswith("core/"):
            continue
        row = folder if folder in CORE else os.path.dirname(folder) + "/*"
        if target.startswith("shell/"):
            yield f"{text}: core never includes shell"
        elif row not in CORE:
            yield f"{text}: {folder} has no line in tests/edges/edges.py yet; say there what it may include"
        elif not matches(target, CORE[row]):
            yield f"{text}: {folder} may only include {', '.join(CORE[row]) or 'itself'}"


def shell_edges(edges):
    """What a folder reaches over any number of edges, with the way there."""
    out = {}
    for folder, target, text in edges:
        out.setdefault(folder, []).append((target, text))
    for start, never in SHELL_NEVER.items():
        ways = {start: []}
        queue = [start]
        for folder in queue:
            for target, text in out.get(folder, []):
                if target not in ways:
                    ways[target] = ways[folder] + [text]
                    queue.append(target)
        for target, way in sorted(ways.items()):
            if matches(target, never):
                yield f"{'; '.join(way)}: {start} must not reach {target}"


def link_edges(found, linked, folder_by_library):
    """A folder includes only what its library links directly; its tests may also use TEST_LINKS."""
    for include in found:
        own = linked.get(include.folder, Links())
        allowed = to_folders(own.code | (own.tests if include.is_test else set()), folder_by_library)
        if include.target not in allowed:
            kind = "TEST_LINKS" if include.is_test else "LINKS"
            yield f"{include}: {include.folder}/CMakeLists.txt does not link {include.target} ({kind})"


def broken_edges(root):
    """Every broken edge of the tree, a line each; empty when the layers hold."""
    found, linked = includes(root), links(root)
    folder_by_library = {name: folder for folder, own in linked.items() for name in own.libraries}
    edges = [(i.folder, i.target, str(i)) for i in found if not i.is_test]
    for folder, own in sorted(linked.items()):
        for target in sorted(to_folders(own.code, folder_by_library) - {folder}):
            edges.append((folder, target, f"{folder}/CMakeLists.txt links {target}"))
    broken = [*core_edges(edges), *shell_edges(edges), *link_edges(found, linked, folder_by_library)]
    broken += [f"{i}: core never includes shell, in tests neither"
               for i in found if i.is_test and i.folder.startswith("core/") and i.target.startswith("shell/")]
    broken += [f"{folder}/CMakeLists.txt: more than one library: {', '.join(own.libraries)}"
               for folder, own in sorted(linked.items()) if len([n for n in own.libraries if not n.endswith("_port")]) > 1]
    return broken


def long_files(root):
    """Source files with more lines than are good for a reader."""
    return [f"{path}: {lines} lines, over {LINES_MAX}: split it by noun"
            for path in source_files(root) if path not in LONG_FILES
            for lines in [read(os.path.join(root, path)).count("\n")] if lines > LINES_MAX]
