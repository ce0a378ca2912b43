#!/usr/bin/env python3
"""The documents say what is true: their commands run and print what is shown, their tables follow the program's, and both
languages have the same shape.

Conventions: a ```console block is a session in the folder examples. Lines that begin with "$ " are run ("# exit code N" at the
end when it is not 0); what follows must be in the output. "…" stands for whatever was left out; blanks and line ends do not count.
Lists between <!-- annotations kApplied --> and <!-- end --> hold what the table in the source says.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import cli

ROOT = cli.ROOT
DIALECT = ROOT / "core/dialect/ingress_nginx"
PAIRS = [("README.md", "README.zh-CN.md")] + [(f"docs/en/{name}", f"docs/zh/{name}") for name in ("explain.md", "ingress-nginx.md", "kubectl.md", "up.md")]
PAIRS += [(f"examples/{name}/README.md", f"examples/{name}/README.zh-CN.md") for name in ("gateway-service", "nginx-canary-as-printed")]
PAGES = [page for pair in PAIRS for page in pair]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\s+# exit code (\d+)$")


def setUpModule():
    cli.path()


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page):
    return BLOCK.findall(text_of(page))


def squeezed(text):
    return " ".join(text.split())


def sessions(body):
    """A console block as (command, exit code, what is shown)."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        code = EXIT.search(command)
        yield EXIT.sub("", command), int(code[1]) if code else 0, shown


class Sessions(unittest.TestCase):
    def start(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copytree(ROOT / "examples", self.folder / "examples")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/graylane").symlink_to(cli.path())

    def run_session(self, command):
        """Files in /tmp are kept apart from everybody else's."""
        env = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}
        done = subprocess.run(["bash", "-c", command.replace("/tmp/", f"{self.folder}/")], cwd=self.folder / "examples", env=env,
                              capture_output=True, timeout=cli.TIME_LIMIT_SECONDS, check=False)
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").replace(f"{self.folder}/", "/tmp/")

    def test_commands_print_what_is_shown(self):
        # A newcomer who gets something else than the page says stops believing the page.
        for page in PAGES:
            self.start()
            for kind, body in blocks(page):
                for command, code, shown in sessions(body) if kind == "console" else ():
                    with self.subTest(page=page, command=command):
                        self.check(command, code, shown)

    def check(self, command, code, shown):
        actual_code, output = self.run_session(command)
        self.assertEqual(actual_code, code, output)
        rest = "".join(output.split())
        for fragment in shown.split("…"):
            wanted = "".join(fragment.split())
            self.assertIn(wanted, rest, f"not in the output: {squeezed(fragment)!r}\noutput:\n{output}")
            rest = rest[rest.index(wanted) + len(wanted):]

    def test_every_command_is_in_a_session(self):
        # A command in any other block would not be run here, and would rot. `up` serves until it is stopped: live_commands_test.py.
        for page in PAGES:
            for kind, body in blocks(page):
                if kind != "console":
                    self.assertNotRegex(body, r"(?m)^\$? ?graylane (?!up\b)", page)


class Languages(unittest.TestCase):
    def test_both_languages_have_the_same_shape(self):
        # A section or an example that exists in one language only is a promise made to half of the readers.
        for english, chinese in PAIRS:
            with self.subTest(page=english):
                self.assertEqual(self.headings(english), self.headings(chinese))
                self.assertEqual(blocks(english), blocks(chinese))
                self.assertEqual(text_of(english).count("\n|"), text_of(chinese).count("\n|"), "rows of tables")

    @staticmethod
    def headings(page):
        return re.findall(r"^(#+) ", BLOCK.sub("", text_of(page)), re.MULTILINE)


class Tables(unittest.TestCase):
    def lists(self, page):
        found = re.findall(r"<!-- (\S+(?: k\w+)?) -->\n(.*?)\n<!-- end -->", text_of(page), re.DOTALL)
        return {name: re.findall(r"`([^`]+)`", body) for name, body in found}

    def expected(self):
        source = (DIALECT / "annotation_table.cc").read_text(encoding="utf-8")
        rows = re.findall(r'\{"([^"]+)", (k\w+), (k\w+), k\w+, (k\w+)\},', source)
        self.assertGreater(len(rows), 100, "the table has another form now")
        lists = {}
        for name, risk, on_invalid, support in rows:
            lists.setdefault(f"annotations {support}", []).append(name)
            if on_invalid != "kIgnore":
                lists.setdefault(f"invalid {on_invalid}", []).append(name)
            if risk == "kHigh":
                lists.setdefault("risk kHigh", []).append(name)
        lists["gone"] = re.findall(r'\{"([^"]+)", "', source[source.index("kGone"):])
        keys = (DIALECT / "config_keys.cc").read_text(encoding="utf-8")
        for name, body in re.findall(r"constexpr auto (k\w+) = [^(]*\(\{(.*?)\}\);", keys, re.DOTALL):
            lists[f"keys {name}"] = re.findall(r'"([^"]+)"', body)
        return {name: sorted(names) for name, names in lists.items()}

    def test_annotations_and_keys_are_those_of_the_program(self):
        # People decide by this page whether they can move; what it says of an annotation has to be what the program does.
        expected = self.expected()
        for page in ("docs/en/ingress-nginx.md", "docs/zh/ingress-nginx.md"):
            lists = self.lists(page)
            self.assertEqual(sorted(lists), sorted(expected), page)
            for name, names in expected.items():
                self.assertEqual(lists[name], names, f"{page}: {name}")

    def test_findings_exist(self):
        # A finding that the program does not have cannot be searched for.
        source = "".join(path.read_text(encoding="utf-8") for folder in ("core/dialect", "core/api", "shell/control") for path in (ROOT / folder).rglob("*.cc"))
        for page in ("docs/en/ingress-nginx.md", "docs/zh/ingress-nginx.md"):
            table = re.search(r"\n\| (?:finding|诊断) \| (?:the trap|坑在哪里) \|\n(.*?)\n\n", text_of(page), re.DOTALL)[1]
            for row in table.split("\n")[1:]:
                for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
                    self.assertIn(f'"{name}"', source, page)


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        # A page that moved leaves its readers at a dead end.
        pages = [*PAGES, "ARCHITECTURE.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs/design").glob("*.md"))]
        for page in pages:
            for target in re.findall(r"\]\(([^)#:]+)\)", text_of(page)):
                self.assertTrue((ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}")


if __name__ == "__main__":
    unittest.main()
