#!/usr/bin/env python3
"""Commands of the program beside kubectl, on one running instance: where objects came from, custom kinds, Events, ports, tokens; and
backups, also of what is damaged or incomplete.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import json
import os
import re
import shutil
import signal
import sqlite3
import unittest

import api_test
import cli
import up

setUpModule = api_test.setUpModule

HOST = "shop.test"
URL = f"http://{HOST}/"
PAGE_BYTES = 8192
FRAME_BYTES = PAGE_BYTES + 24


def definition():
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}
    columns = [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}]
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.com"},
            "spec": {"group": "example.com", "scope": "Namespaced",
                     "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema, "additionalPrinterColumns": columns}]}}


class CliApiTest(api_test.ApiTest):
    def told(self, *arguments, code=0):
        done = cli.run(*arguments, "--state", self.state)
        self.assertEqual(done.code, code, done)
        return done.out

    def not_told(self, *arguments, code=1):
        done = cli.run(*arguments, "--state", self.state)
        self.assertEqual((done.code, done.out), (code, ""), done)
        return done.err


class Places(CliApiTest):
    def test_an_object_of_a_file_keeps_its_place_when_kubectl_changes_it(self):
        # An annotation by hand, and explain could not say any more which line decides.
        up.write(self.folder / "shop.yaml", [*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("a", HOST, "a")])
        place = f"{self.folder}/shop.yaml:"
        running = self.start()
        before = self.told("explain", URL)
        self.assertIn(place, before)
        self.assertRegex(self.told("describe", "ingress", "a"), rf"From: +{re.escape(place)}\d+:\d+\n")
        self.ok("annotate", "ingress", "a", "note=x")
        changed = rf"From: +{re.escape(place)}\d+:\d+, changed since by kubectl-annotate\n"
        self.assertRegex(self.told("describe", "ingress", "a"), changed)
        self.assertEqual(self.told("explain", URL), before)
        running.close()
        self.start()
        self.assertRegex(self.told("describe", "ingress", "a"), changed)
        self.assertEqual(self.told("explain", URL), before)

    def test_a_place_is_not_claimed_for_what_kubectl_wrote(self):
        # A line that says something else than what is in force would be worse than none.
        up.write(self.folder / "shop.yaml", [*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("a", HOST, "a")])
        self.start()
        self.ok("patch", "ingress", "a", "--type=json", "-p", '[{"op": "replace", "path": "/spec/rules/0/host", "value": "other.test"}]')
        said = up.wait_for(lambda: (out := self.told("explain", "http://other.test/")).find("other.test") > 0 and "404" not in out and out,
                           "the new host in force")
        self.assertNotRegex(said, r"host other\.test +matched +\S*shop\.yaml:\d+:\d+")

    def test_an_object_by_kubectl_is_said_to_be(self):
        self.start()
        self.ok("create", "configmap", "by-hand", "--from-literal=a=1")
        self.assertIn("From:       the API, by kubectl-create\n", self.told("describe", "configmap", "by-hand"))


class Kinds(CliApiTest):
    def test_custom_kinds_are_known_by_all_their_names(self):
        # They come with an operator, and its documentation uses their names.
        self.start()
        self.assertIn('no kind is called "widgets"', self.not_told("get", "widgets", code=3))
        self.apply([definition()])
        for word in ("widgets", "widget", "wd", "widgets.example.com"):
            self.assertEqual(cli.run("get", word, "--state", self.state).err, "No resources found in namespace default\n")
        self.assertIn("did you mean widgets?", self.not_told("get", "widgetts", code=3))
        widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 3}}
        up.wait_for(lambda: self.kubectl("create", "-f", "-", stdin=json.dumps(widget)).returncode == 0, "a kind that is served")
        self.assertEqual(self.told("get", "wd"), "NAME   SIZE\none    3\n")
        self.assertIn("Widget, example.com/v1", self.told("describe", "widget", "one"))

    def test_events_are_listed(self):
        # It is what kubectl's users look at first when a Pod does not start.
        up.write(self.folder / "d.yaml", [up.deployment("shop", ["sleep", "100"])])
        self.start()
        up.wait_for(lambda: re.search(r"pod/shop-\S+ +Normal +Created ", self.told("get", "events")), "an Event of the Pod")
        self.assertTrue(self.told("get", "events").startswith("OBJECT "))


class Starting(CliApiTest):
    def test_every_revision_is_told(self):
        # The numbers are compared with those of metrics and of a colleague's terminal.
        up.write(self.folder / "shop.yaml", [*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("a", HOST, "a")])
        running = self.start()
        self.ok("annotate", "ingress", "a", "note=x")
        self.ok("annotate", "ingress", "a", "nginx.ingress.kubernetes.io/temporal-redirect=https://one.example/")
        running.wait_line(r"revision \d+ effective in all workers after .*one\.example")
        numbers = [int(found[1]) for line in running.lines if (found := re.match(r"revision (\d+) .*in all workers", line))]
        self.assertEqual(numbers, list(range(1, numbers[-1] + 1)), running.said())

    def test_the_line_for_kubectl_holds_in_any_terminal(self):
        # It is copied into another one, which stands in another folder.
        running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", state="here", wrapper=["env", "-C", str(self.scratch.path)])
        self.addCleanup(running.close)
        path = running.wait_line(r"^kubectl: export KUBECONFIG=(.*)$")[1]
        self.assertEqual(path, f"{self.scratch.path}/here/kubeconfig")

    def test_the_advice_on_an_image_names_a_path_that_people_would_write(self):
        # It is copied into an editor's command line.
        unmapped = up.deployment("shop", [])
        unmapped["spec"]["template"]["spec"]["containers"] = [{"name": "c", "image": "example.com/unknown:1"}]
        up.write(self.folder / "d.yaml", [unmapped])
        running = up.Up(f"{self.folder}/.", "--api=off", state=self.state)
        self.addCleanup(running.close)
        running.wait_line(rf"no program is known for image .* {re.escape(str(self.folder))}/images\.yaml ")
        looked = cli.run("doctor", "-f", f"{self.folder}/.", "--state", self.scratch.path / "none")
        self.assertIn(f"write into {self.folder}/images.yaml: ", looked.out)

    def test_doctor_shows_the_ports_of_the_instance(self):
        # Of the default ports nothing can be learnt about it.
        running = self.start()
        said = self.told("doctor")
        api = re.search(r"https://(\S+)", (self.state / "kubeconfig").read_text())[1]
        for name, address in (("listen", "%s:%d" % running.address), ("admin", "%s:%d" % running.admin), ("api", api)):
            self.assertRegex(said, rf"ok +{name} +{re.escape(address)} is served by the instance of {re.escape(str(self.state))}\n")
        self.assertNotIn(":8080", said)
        taken = cli.run("doctor", "--state", self.state, "--listen", "%s:%d" % running.address)
        self.assertEqual(taken.code, 1, "who names an address wants to know whether it is free")
        running.close()
        self.assertIn(":8080", cli.run("doctor", "--state", self.state).out)


class Tokens(CliApiTest):
    def test_who_is_limited_to_a_namespace_is_told_so(self):
        # "operator" and "cannot list pods" seem to contradict each other.
        self.start()
        token = self.token("operator", "--user", "ann", "-n", "shop")
        self.assertIn('in the namespace "other": this token is limited to the namespace "shop"', self.refused("get", "pods", "-n", "other", token=token))

    def test_names_of_others_and_empty_ones_are_refused(self):
        # The audit log tells people apart by them; and an empty namespace would be all of them.
        self.start()
        self.assertIn('the user\'s name "graylane-admin" is reserved', self.not_told("token", "--role", "viewer", "--user", "graylane-admin"))
        for flag in ("--user", "--namespace", "--remove"):
            self.assertIn(f"error: {flag} has an empty value\n", self.not_told("token", "--role", "viewer", flag, "", code=2))
        self.assertIn('the namespace\'s name "Shop" does not fit', self.not_told("token", "--role", "viewer", "-n", "Shop"))
        self.assertFalse((self.state / "tokens.json").exists())


class Backups(CliApiTest):
    def prepared(self):
        """A folder with objects, after a kill: all of them are in the log."""
        running = self.start()
        self.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"map-{i}"}, "data": {"a": "x" * 3000}} for i in range(60)])
        running.send_signal(signal.SIGKILL)
        running.wait_exit()

    def test_what_was_done_is_said_in_a_line(self):
        # Silence looks the same for the wrong state folder, which is empty.
        self.prepared()
        copy = self.scratch.path / "copy"
        done = cli.run("backup", copy, "--state", self.state)
        self.assertEqual((done.code, done.out), (0, ""), done)
        said = re.fullmatch(rf"backed up (\d+ objects of revision \d+) to {re.escape(str(copy))}\n", done.err)
        self.assertTrue(said, done.err)
        self.assertGreaterEqual(int(said[1].split()[0]), 60)
        other = self.scratch.path / "other"
        done = cli.run("restore", copy, "--state", other)
        self.assertEqual((done.code, done.out, done.err), (0, "", f"restored {said[1]} from {copy} to {other}/objects.db\n"))
        done = cli.run("restore", copy, "--state", other)
        self.assertEqual(done.err, f"restored {said[1]} from {copy} to {other}/objects.db\nwhat was there before is now {other}/objects.db.before-restore\n")

    def test_a_log_that_is_gone_is_told_and_the_operator_can_go_on(self):
        # What kubectl was answered would be gone without a word.
        self.prepared()
        log = self.state / "objects.db-wal"
        data = log.read_bytes()
        told = r"objects\.db lacks changes that were acknowledged: it ends at revision \d+, and there was \d+; its log \S+-wal is .*\n +fix: .*restore a backup"
        for cut in (len(data) // 2 // FRAME_BYTES * FRAME_BYTES + 32, 0, None):
            log.unlink()
            if cut is not None:
                log.write_bytes(data[:cut])
            for _ in range(2):
                refused = self.start(ready=False)
                self.assertEqual(refused.wait_exit(), 1)
                refused.close()
                self.assertRegex(refused.said(), told)
            self.assertRegex(self.not_told("backup", self.scratch.path / "copy"), told)
            log.write_bytes(data)
        log.unlink()
        mark = re.search(r"truncate -s 0 (\S+)", self.not_told("backup", self.scratch.path / "copy"))[1]
        os.truncate(mark, 0)
        running = self.start()
        self.assertNotIn("map-", self.told("get", "cm", "-o", "name"))
        running.close()
        self.start()

    def test_what_is_no_backup_is_told_and_leaves_nothing_behind(self):
        # Advice about the state folder leads to the wrong file, and a folder that was made is a state folder from then on.
        self.prepared()
        bare = self.scratch.path / "bare"
        shutil.copy(self.state / "objects.db", bare)
        text = self.scratch.path / "text"
        text.write_text("hello")
        state = self.scratch.path / "new"
        expected = {
            bare: r"is no backup: it was copied from a store in use, and .*\n +fix: make one with graylane backup",
            text: r"is not a store of Graylane\n +fix: name a file that graylane backup made",
            self.scratch.path / "absent": r"cannot read .*absent: No such file or directory\n +fix: name a file that graylane backup made",
            self.scratch.path: r"is not a file\n +fix: name a file that graylane backup made",
        }
        for path, why in expected.items():
            done = cli.run("restore", path, "--state", state)
            self.assertEqual(done.code, 1, done)
            self.assertRegex(done.err, why)
            self.assertFalse(state.exists())
        self.assertEqual(sorted(path.name for path in self.scratch.path.iterdir() if path.name.startswith("bare")), ["bare"])

    def test_a_store_of_another_format_is_not_copied(self):
        # Nobody could restore it with this program; and it was made to be restored.
        self.prepared()
        with sqlite3.connect(self.state / "objects.db") as database:
            database.execute("PRAGMA user_version = 7")
        database.close()
        copy = self.scratch.path / "copy"
        self.assertRegex(self.not_told("backup", copy), r"objects\.db has format version 7, and this program knows only 1\n +fix: use the version")
        self.assertFalse(copy.exists())

    def test_a_damaged_log_is_told_at_the_start_and_not_copied(self):
        # SQLite reads up to the damage and drops what is behind it.
        self.prepared()
        log = self.state / "objects.db-wal"
        data = bytearray(log.read_bytes())
        self.assertGreater(len(data), 30 * FRAME_BYTES)
        data[10 * FRAME_BYTES:10 * FRAME_BYTES + 28] = b"#" * 28
        log.write_bytes(data)
        copy = self.scratch.path / "copy"
        told = r"objects\.db is damaged: its log .*-wal is not as it was written, and changes would be lost\n +fix: .*restore a backup"
        self.assertRegex(self.not_told("backup", copy), told)
        self.assertFalse(copy.exists())
        refused = self.start(ready=False)
        self.assertEqual(refused.wait_exit(), 1)
        refused.close()
        self.assertRegex(refused.said(), told)
        self.assertEqual(log.read_bytes(), bytes(data), "it was left as it is")


if __name__ == "__main__":
    unittest.main()
