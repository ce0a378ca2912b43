#!/usr/bin/env python3
"""A directory of manifests and kubectl share the objects of an instance: whose directory a state folder is.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import json
import shutil
import unittest

import api_test
import up


def setUpModule():
    api_test.setUpModule()


def config_map(name, value="1"):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"value": value}})


class DirectoryTest(api_test.ApiTest):
    """Each test writes its own directory before it starts an instance on it."""

    def write(self, name, *documents, folder=None):
        """As editors save: whole."""
        path = (folder or self.folder) / name
        scratch = path.with_name("." + name)
        scratch.write_text("\n---\n".join(documents) + "\n")
        scratch.rename(path)
        return path

    def value_of(self, name):
        return self.ok("get", "configmap", name, "-o", "jsonpath={.data.value}")

    def maps(self):
        return self.ok("get", "configmap", "-o", "name").split()

    def wait_gone(self, *what):
        up.wait_for(lambda: self.kubectl("get", *what).returncode != 0, f"{what} to be gone")

    def start_on(self, folder, *flags):
        running = up.Up(folder, f"--api=127.0.0.1:{up.free_port()}", *flags, state=self.state)
        self.addCleanup(running.close)
        return running


class WhoseDirectory(DirectoryTest):
    def setUp(self):
        super().setUp()
        self.write("a.yaml", config_map("a"), config_map("b"))
        self.start().close()
        self.other = self.scratch.path / "other"

    def test_another_directory_is_refused_and_deletes_nothing(self):
        # A mistyped path, or a second project started in the same folder, must not cost the first one its objects.
        self.other.mkdir()
        self.write("c.yaml", config_map("c"), folder=self.other)
        refused = self.start_on(self.other)
        self.assertEqual(refused.wait_exit(), 1, refused.said())
        said = " ".join(" ".join(refused.lines).split())
        for part in ("2 objects of this state folder are from", str(self.folder), str(self.other), str(self.state), "--state", "--replace-directory"):
            self.assertIn(part, said)
        self.start()
        self.assertEqual(self.maps(), ["configmap/a", "configmap/b"])

    def test_another_directory_takes_over_when_that_is_said(self):
        # What both define stays the same object, the rest of the first goes: the one thing that the flag is for.
        uid = self.uid_after_start()
        self.other.mkdir()
        self.write("x.yaml", config_map("b"), config_map("c"), folder=self.other)
        running = self.start_on(self.other, "--replace-directory").ready()
        self.assertEqual(self.maps(), ["configmap/b", "configmap/c"])
        self.assertEqual(self.ok("get", "configmap", "b", "-o", "jsonpath={.metadata.uid}"), uid)
        running.close()
        self.start_on(self.other).ready()
        self.assertEqual(self.maps(), ["configmap/b", "configmap/c"])

    def uid_after_start(self):
        running = self.start()
        uid = self.ok("get", "configmap", "b", "-o", "jsonpath={.metadata.uid}")
        running.close()
        return uid

    def test_a_moved_directory_goes_on_when_that_is_said(self):
        # What kubectl changed and deleted meanwhile is of the documents, not of their path.
        running = self.start()
        self.ok("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"by hand"}}')
        self.ok("delete", "configmap", "b")
        running.close()
        shutil.move(self.folder, self.other)
        self.assertEqual(self.start_on(self.other).wait_exit(), 1)
        self.start_on(self.other, "--replace-directory").ready()
        self.assertEqual((self.maps(), self.value_of("a")), (["configmap/a"], "by hand"))

    def test_the_same_directory_by_another_path_is_no_other(self):
        # Through a link, relative, or with a slash at its end: people type all of these.
        self.other.symlink_to(self.folder)
        for path in (f"{self.folder}/", f"{self.folder}/../{self.folder.name}", self.other):
            self.start_on(path).ready().close()

    def test_without_a_directory_everything_stays(self):
        # Nobody asked for a deletion; but who edits a file must hear why nothing happens.
        running = self.start_on(None).serving()
        running.wait_line(rf"warning: 2 of the objects served are from {self.folder}, which is not watched")
        self.assertEqual(self.maps(), ["configmap/a", "configmap/b"])
        self.ok("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"by hand"}}')
        running.close()
        self.write("a.yaml", config_map("a"), config_map("c"))
        self.start()
        self.assertEqual((self.maps(), self.value_of("a")), (["configmap/a", "configmap/c"], "by hand"))

    def test_the_flag_needs_a_directory(self):
        # It says what -f does; alone it is a slip.
        refused = self.start_on(None, "--replace-directory")
        self.assertEqual(refused.wait_exit(), 2, refused.said())
        self.assertIn("--replace-directory belongs to -f", refused.said())


if __name__ == "__main__":
    unittest.main(verbosity=2)
