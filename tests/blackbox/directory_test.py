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

    def test_that_kubectl_deleted_stay_deleted_when_their_kind_comes_back(self):
        # They did not go with it: somebody wanted them gone before.
        self.write("a.yaml", widget("a", 3), widget("b", 4))
        crd = self.write("crd.yaml", WIDGETS)
        running = self.start()
        self.ok("delete", "widget", "a")
        running.wait_line("Widget default/a was deleted by somebody")
        away = self.scratch.path / "away.yaml"
        crd.rename(away)
        self.wait_gone("crd", "widgets.example.com")
        away.rename(crd)
        self.wait_sizes("b=4,red")
        self.ok("delete", "crd", "widgets.example.com")
        self.ok("apply", "-f", "-", stdin=WIDGETS)
        self.wait_sizes("b=4,red")
        self.write("a.yaml", widget("a", 5), widget("b", 4))
        self.wait_sizes("a=5,red", "b=4,red")

    def test_of_kubectl_keep_their_definition_when_its_file_is_emptied(self):
        # Saved by an editor that takes its time: nobody asked for the end of what kubectl made.
        crd = self.write("crd.yaml", WIDGETS)
        running = self.start()
        self.ok("apply", "-f", "-", stdin=widget("theirs", 1))
        crd.write_text("")
        running.wait_line("CustomResourceDefinition widgets.example.com is kept though its document is gone: Widget default/theirs is of its kind")
        self.assertEqual(self.sizes(), ["theirs=1,red"])
        mark = running.mark()
        crd.write_text(WIDGETS)
        running.wait_effective(mark)
        self.assertEqual(self.sizes(), ["theirs=1,red"])
        mark = running.mark()
        crd.unlink()
        running.wait_line("CustomResourceDefinition widgets.example.com is kept", mark)
        self.ok("delete", "widget", "theirs")
        self.wait_gone("crd", "widgets.example.com")

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


class Vanishing(DirectoryTest):
    NAMESPACE = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})

    def away(self, *paths):
        """Moves them out of the directory; returns what moves them back."""
        moved = [(path, self.scratch.path / f"away-{path.name}") for path in paths]
        for path, to in moved:
            path.rename(to)
        return lambda: [to.rename(path) for path, to in moved]

    def uid_of(self, *what):
        return self.ok("get", *what, "-o", "jsonpath={.metadata.uid}")

    def test_of_a_namespace_takes_nothing_of_kubectl_along(self):
        # Its file is away for a moment: what kubectl made in it would be gone for good, without a word.
        ns = self.write("ns.yaml", self.NAMESPACE)
        running = self.start()
        self.ok("create", "configmap", "theirs", "-n", "team")
        self.ok("create", "deployment", "web", "--image=none", "-n", "team")
        uid = self.uid_of("namespace", "team")
        back = self.away(ns)
        running.wait_line("Namespace team is kept though its document is gone: ConfigMap team/theirs and 1 more are in it, and not of this directory")
        mark = running.mark()
        back()
        running.wait_effective(mark)
        self.assertEqual(self.uid_of("namespace", "team"), uid)
        self.ok("get", "configmap/theirs", "deployment/web", "-n", "team")
        ns.unlink()
        running.wait_line("Namespace team is kept", mark)
        self.ok("delete", "configmap", "theirs", "-n", "team")
        running.wait_line("Namespace team is kept though its document is gone: Deployment team/web is in it", mark)
        self.ok("delete", "deployment", "web", "-n", "team")
        running.wait_line("deleted 1 object whose document is gone: Namespace team$", mark)
        self.wait_gone("namespace", "team")

    def test_of_a_namespace_is_not_held_up_by_what_controllers_made_of_its_objects(self):
        # ReplicaSets, Pods, Events and endpoints of what the directory itself had in it.
        ns = self.write("ns.yaml", self.NAMESPACE)
        deployment = up.deployment("web", ["/bin/sleep", "1000"], readiness=None)
        deployment["metadata"]["namespace"] = "team"
        web = self.write("web.yaml", json.dumps(deployment), json.dumps(up.service("web", selector={"app": "web"}, ns="team")))
        running = self.start()
        made = lambda: all(self.kubectl("get", kind, "-n", "team", "-o", "name").stdout for kind in ("replicasets", "pods", "endpoints", "endpointslices"))
        up.wait_for(made, "what controllers make")
        self.away(ns, web)
        running.wait_line("deleted 3 objects whose documents are gone: Namespace team, Service team/web, Deployment team/web$")
        self.assertNotIn("is kept", running.said())
        self.wait_gone("namespace", "team")

    def test_of_everything_is_told(self):
        # All files moved away, or a volume that is not mounted: what goes with them is meant to go, but somebody must hear of it.
        paths = [self.write(f"{name}.yaml", config_map(name)) for name in "abcdefg"]
        running = self.start()
        self.assertNotIn("deleted", running.said())
        back = self.away(*paths)
        told = "deleted 7 objects whose documents are gone: ConfigMap default/a, ConfigMap default/b, ConfigMap default/c, ConfigMap default/d, ConfigMap default/e and 2 more$"
        running.wait_line(told)
        self.assertEqual(self.maps(), [])
        mark = running.mark()
        back()
        running.wait_effective(mark)
        self.assertEqual(len(self.maps()), 7)
        self.assertEqual(running.said().count("deleted"), 1, running.said())
        running.close()
        back = self.away(*paths)
        running = self.start()
        running.wait_line(told)
        self.assertEqual(self.maps(), [])
        running.close()
        self.assertNotIn("deleted", self.start().said())


class RulesOfTheApi(DirectoryTest):
    def test_are_told_by_lint_and_up_alike_and_stop_nothing(self):
        # What runs here goes to a cluster one day, which refuses it; but nobody's directory ends over a warning.
        schedule = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": {
            "schedule": "61 * * * *", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}}}}
        file = self.write("a.yaml", json.dumps(schedule))
        told = rf"{file}:1:\d+: warning: spec.schedule is taken here, but Kubernetes refuses it: Invalid value: \"61 \* \* \* \*\""
        linted = cli.run("lint", "-f", self.folder)
        self.assertEqual(linted.code, 0, linted)
        self.assertRegex(linted.out, told)
        running = self.start()
        running.wait_line(told)
        self.assertEqual(self.ok("get", "cronjob", "-o", "name").split(), ["cronjob.batch/c"])

    def test_that_apply_to_nothing_here_are_errors_of_both(self):
        # lint must not call good what up refuses.
        self.write("a.yaml", json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m", "finalizers": ["clean"]}}))
        linted = cli.run("lint", "-f", self.folder)
        self.assertEqual(linted.code, 1, linted)
        self.assertIn("[refused]", linted.out)
        self.start_on(self.folder).wait_line("nothing is in force yet")


class RefusedEdits(DirectoryTest):
    WRONG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "wrong", "finalizers": ["clean"]}}

    def wrong(self, *names):
        return [json.dumps({**self.WRONG, "metadata": {**self.WRONG["metadata"], "name": name}}) for name in names]

    def save(self, running, line, name, *documents):
        """What it says of it, up to the line that is waited for."""
        mark = running.mark()
        self.write(name, *documents)
        running.wait_line(line, mark)
        return "\n".join(running.lines[mark:])

    def test_tell_what_is_new_and_what_is_mended(self):
        # Who mends a directory saves ten times; ten times twenty old warnings are read by nobody.
        self.write("a.yaml", json.dumps({**json.loads(config_map("a")), "odd": 1}))
        running = self.start()
        running.wait_line("unknown-field")
        first = self.save(running, "last good state stays: mend the errors above, the directory", "b.yaml", *self.wrong("x", "y"))
        self.assertEqual((first.count("error:"), first.count("mended:"), first.count("unknown-field")), (2, 0, 0), first)
        second = self.save(running, "mend the errors above and the 1 error told before, the directory", "b.yaml", *self.wrong("y", "z"))
        self.assertEqual((second.count("error:"), second.count("in: ConfigMap default/z"), second.count("mended:")), (1, 1, 1), second)
        self.assertRegex(second, rf"mended: {self.folder}/b.yaml:1:\d+: metadata.finalizers\[0\]: ")
        third = self.save(running, "mend the 2 errors told before, the directory", "c.yaml", config_map("c"))
        self.assertEqual((third.count("error:"), third.count("mended:")), (0, 0), third)
        last = self.save(running, up.EFFECTIVE.pattern, "b.yaml", config_map("b"))
        self.assertNotIn("error:", last)
        self.assertEqual(self.maps(), ["configmap/a", "configmap/b", "configmap/c"])
        self.assertEqual(running.said().count("unknown-field"), 1, running.said())

    def test_of_a_directory_that_is_gone_end_with_a_line(self):
        # A mount that comes back: who read the error must read that it is over.
        self.write("a.yaml", config_map("a"))
        running = self.start()
        away = self.scratch.path / "away"
        for _ in range(2):
            mark = running.mark()
            self.folder.rename(away)
            running.wait_line("cannot read manifests from", mark)
            mark = running.mark()
            away.rename(self.folder)
            running.wait_effective(mark)
            self.assertEqual(len([line for line in running.lines[mark:] if f"the manifests in {self.folder} can be read again" in line]), 1, running.said())
        self.assertEqual(self.maps(), ["configmap/a"])


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
        told = lambda: self.ok("get", "events", "--field-selector=involvedObject.kind=ConfigMap,involvedObject.name=a,reason=overridden", "-o", "name").split()
        up.wait_for(told, "an Event on the ConfigMap")
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
