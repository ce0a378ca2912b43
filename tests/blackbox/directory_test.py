#!/usr/bin/env python3
"""A directory of manifests and kubectl share the objects of an instance: whose directory a state folder is, custom resources, and what is
told of changes by hand.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import json
import shutil
import unittest

import api_test
import cli
import up


def setUpModule():
    api_test.setUpModule()


def config_map(name, value="1"):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"value": value}})


WIDGETS = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, maximum: 9}
              colour: {type: string, default: red}
"""


def widget(name, size):
    return json.dumps({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name}, "spec": {"size": size}})


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
        api = [] if "--api=off" in flags else [f"--api=127.0.0.1:{up.free_port()}"]
        running = up.Up(folder, *api, *flags, state=self.state)
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


class CustomResources(DirectoryTest):
    def sizes(self, *which):
        done = self.kubectl("get", "widgets", *which, "-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.size},{.spec.colour} {end}")
        return done.stdout.split() if done.returncode == 0 else None

    def wait_sizes(self, *wanted):
        seen = []
        def equal():
            seen[:] = [self.sizes()]
            return seen[0] == list(wanted)
        up.wait_for(equal, lambda: f"{wanted}, last {seen}")

    def test_are_there_with_their_definition(self):
        # A first start from a directory that holds both, the definition behind its objects.
        self.write("a.yaml", widget("a", 3))
        self.write("z.yaml", WIDGETS)
        running = self.start()
        self.assertEqual(self.sizes("-n", "default"), ["a=3,red"])
        self.assertEqual(self.ok("get", "crd", "widgets.example.com", "-o", "jsonpath={.status.conditions[?(@.type=='Established')].status}"), "True")
        self.assertNotIn("unknown-kind", running.said())
        self.ok("patch", "widget", "a", "--type=merge", "-p", '{"spec":{"size":5}}')
        running.wait_line(r"Widget default/a differs from its file: spec.size was changed by kubectl")
        self.write("a.yaml", widget("a", 4))
        running.wait_line(r"Widget default/a is as its file says again, since its document changed: spec.size was changed by kubectl")
        self.assertEqual(self.sizes(), ["a=4,red"])

    def test_come_in_one_save_with_their_definition(self):
        # Into a directory that is served already.
        self.start()
        self.write("all.yaml", widget("a", 3), WIDGETS)
        self.wait_sizes("a=3,red")

    def test_wait_for_a_definition_by_kubectl(self):
        # Said, so that nobody looks for the reason; in force at once when the definition comes.
        self.write("a.yaml", widget("a", 3))
        running = self.start()
        running.wait_line(r"warning: Widget a is not in force: its kind is not known here")
        self.assertIsNone(self.sizes())
        self.ok("apply", "-f", "-", stdin=WIDGETS)
        self.wait_sizes("a=3,red")
        self.ok("delete", "crd", "widgets.example.com")
        self.ok("apply", "-f", "-", stdin=WIDGETS)
        self.wait_sizes("a=3,red")

    def test_come_back_with_the_file_of_their_definition(self):
        # An editor or a checkout takes the file away for longer than an edit is waited for.
        self.write("a.yaml", widget("a", 3))
        crd = self.write("crd.yaml", WIDGETS)
        self.start()
        away = self.scratch.path / "away.yaml"
        for _ in range(2):
            crd.rename(away)
            self.wait_gone("crd", "widgets.example.com")
            away.rename(crd)
            self.wait_sizes("a=3,red")

    def test_come_back_without_an_api_too(self):
        # --api=off is for machines on which files say everything: nobody else would end the definition.
        self.write("a.yaml", widget("a", 3))
        crd = self.write("crd.yaml", WIDGETS)
        running = self.start_on(self.folder, "--api=off").ready()
        is_there = lambda: cli.run("get", "widget", "a", "--state", self.state).code == 0
        self.assertTrue(is_there())
        away = self.scratch.path / "away.yaml"
        crd.rename(away)
        running.wait_line("Widget a is not in force")
        self.assertFalse(is_there())
        away.rename(crd)
        up.wait_for(is_there, "the Widget to be back")

    def test_are_judged_by_lint(self):
        # Before they are served: lint has nothing but the files.
        self.write("a.yaml", widget("a", 10))
        self.write("z.yaml", WIDGETS)
        done = cli.run("lint", "-f", self.folder)
        self.assertEqual(done.code, 1, done)
        self.assertIn("spec.size", done.out)
        self.write("a.yaml", widget("a", 9))
        done = cli.run("lint", "-f", self.folder)
        self.assertEqual((done.code, done.out), (0, ""), done)


class ChangesByHand(DirectoryTest):
    def setUp(self):
        super().setUp()
        self.write("a.yaml", config_map("a"))
        self.running = self.start()

    def test_are_told_when_they_happen(self):
        # Not at the next edit, which may be weeks later and by somebody who knows nothing of it.
        self.ok("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"by hand"}}')
        self.running.wait_line(r"warning: ConfigMap default/a differs from its file: data.value was changed by kubectl")
        self.assertIn("differs from its file", cli.run("describe", "configmap", "a", "--state", self.state).out)
        self.ok("delete", "configmap", "a")
        self.running.wait_line(r"warning: ConfigMap default/a was deleted by somebody")

    def test_are_told_when_the_document_wins(self):
        # Who changed it by hand in an incident must be able to learn when that ended.
        self.ok("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"by hand"}}')
        self.write("a.yaml", config_map("a", "2"))
        self.running.wait_line(r"ConfigMap default/a is as its file says again, since its document changed: data.value was changed by kubectl")
        self.assertEqual(self.value_of("a"), "2")
        self.ok("delete", "configmap", "a")
        self.running.wait_line(r"ConfigMap default/a was deleted by somebody")
        self.write("a.yaml", config_map("a", "3"))
        self.running.wait_line(r"ConfigMap default/a is there again, since its document changed")

    def test_are_told_anew_after_a_restart(self):
        # A fresh log should tell the state of things.
        self.ok("patch", "configmap", "a", "--type=merge", "-p", '{"data":{"value":"by hand"}}')
        self.running.close()
        self.start().wait_line(r"ConfigMap default/a differs from its file: data.value was changed by kubectl")


if __name__ == "__main__":
    unittest.main(verbosity=2)
