#!/usr/bin/env python3
"""Bodies that the API is sent and cannot take, over HTTP: numbers, encodings, sizes, depth, many of something. What a client gets is what a
kube-apiserver answers, where its answer harms nobody; and whoever asks next is served.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import http.client
import json
import re
import ssl
import unittest
import urllib.parse

import cli
import up

MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
JSON, YAML = "application/json", "application/yaml"
MERGE, STRATEGIC, JSON_PATCH, APPLY = (f"application/{kind}" for kind in (
    "merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml"))
MARK = "\ufeff"  # of UTF-8
MIB = 1 << 20
PATIENCE_S = 60  # for one answer; none should ever need it


def setUpModule():
    cli.path()


def deployment(replicas, name="d"):
    """Written by hand: the number stands in it as it is given."""
    return ('{"metadata":{"name":"%s"},"spec":{"replicas":%s,"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":'
            '{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":"none"}]}}}}' % (name, replicas))


def config_map(name="m", data=None, **metadata):
    return json.dumps({"metadata": {"name": name, **metadata}, "data": data or {}})


# Editors begin files so, and kubectl apply -f reads the number.
FILED = MARK + deployment("2.0", "filed").replace("{", '{"apiVersion":"apps/v1","kind":"Deployment",', 1)


class BodyTest(unittest.TestCase):
    """One instance for all tests of a class. Nothing listens but the API: no Pod of theirs ever runs."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = up.Scratch("graylane-bodies-")
        cls.addClassCleanup(scratch.close)
        folder, state = scratch.path / "manifests", scratch.path / "state"
        folder.mkdir()
        (folder / "filed.json").write_text(FILED, encoding="utf-8")
        cls.running = up.Up(folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=state)
        cls.addClassCleanup(cls.running.close)
        cls.running.ready()
        done = cli.run("token", "--role", "admin", "--state", state)
        assert done.code == 0, done
        cls.token = done.out.strip()
        cls.server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (state / "kubeconfig").read_text())[1])
        cls.trust = ssl.create_default_context(cafile=str(state / "pki/ca.crt"))

    def send(self, method, path, body="", content_type=JSON):
        """(status, document), on a connection of its own."""
        connection = http.client.HTTPSConnection(self.server.hostname, self.server.port, timeout=PATIENCE_S, context=self.trust)
        self.addCleanup(connection.close)
        data = body if isinstance(body, bytes) else body.encode()
        connection.request(method, path, data, {"Authorization": f"Bearer {self.token}", "Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def ok(self, *request, **how):
        status, document = self.send(*request, **how)
        self.assertIn(status, (200, 201), document)
        return document

    def refused(self, code, reason, message, *request):
        """The message, which `message` is a pattern of."""
        status, answer = self.send(*request)
        said = str(answer.get("message"))
        self.assertEqual((status, answer["kind"], answer.get("reason")), (code, "Status", reason), said[:500])
        self.assertRegex(said[-3000:] if len(said) > 3000 else said, message)
        return said

    def dry(self, path):
        return path + ("&" if "?" in path else "?") + "dryRun=All"


class Numbers(BodyTest):
    """A number that is cut to fit is a number that nobody wrote."""

    def test_json_with_a_fraction_or_an_exponent_is_no_integer(self):
        for text in ("2.0", "1.5", "1e0", "1.0e0", "-0.0", "1E2"):
            with self.subTest(text):
                self.refused(400, "BadRequest", r"json: cannot unmarshal number \S+ into Go struct field DeploymentSpec\.spec\.replicas of type int32",
                             "POST", DEPLOYMENTS, deployment(text))

    def test_what_does_not_fit_is_told_as_it_was_written(self):
        for text in ("9223372036854775808", "9223372036854775807", "2147483648", "18446744073709551616", "1e19"):
            with self.subTest(text):
                self.refused(400, "BadRequest", rf"cannot unmarshal number {text} into Go struct field DeploymentSpec\.spec\.replicas of type int32",
                             "POST", DEPLOYMENTS, deployment(text))

    def test_in_yaml_a_whole_number_is_an_integer_however_it_is_written(self):
        for text, replicas in (("2.0", 2), ("1e0", 1), ("!!float 3", 3), ("0x10", 16), ("1_000", 1000)):
            with self.subTest(text):
                body = (f"metadata: {{name: d}}\nspec:\n  replicas: {text}\n  selector: {{matchLabels: {{app: d}}}}\n"
                        "  template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: none}]}}\n")
                self.assertEqual(self.ok("POST", self.dry(DEPLOYMENTS), body, YAML)["spec"]["replicas"], replicas)

    def test_64_bits_are_kept_to_the_last_one(self):
        # Through doubles, 2^53 + 1 becomes 2^53.
        for number in (2**53 + 1, 2**63 - 1):
            pod = {"metadata": {"name": "p"}, "spec": {"terminationGracePeriodSeconds": number, "containers": [{"name": "c", "image": "none"}]}}
            self.assertEqual(self.ok("POST", self.dry(PODS), json.dumps(pod))["spec"]["terminationGracePeriodSeconds"], number)

    def test_patches_take_what_their_type_does(self):
        # Merge and JSON patches are text that is merged; a strategic one and an apply are values, of which 2.0 is 2.
        self.ok("POST", DEPLOYMENTS, deployment(0, "patched"))
        self.addCleanup(self.ok, "DELETE", f"{DEPLOYMENTS}/patched")
        for path in (f"{DEPLOYMENTS}/patched", f"{DEPLOYMENTS}/patched/scale"):
            for content_type, body in ((MERGE, '{"spec":{"replicas":2.0}}'), (JSON_PATCH, '[{"op":"add","path":"/spec/replicas","value":2.0}]')):
                with self.subTest(path + " " + content_type):
                    self.refused(422, "Invalid", r"json: cannot unmarshal number 2\.0 into Go struct field \w+\.spec\.replicas of type int32",
                                 "PATCH", self.dry(path), body, content_type)
            with self.subTest(path):
                self.assertEqual(self.ok("PATCH", self.dry(path), '{"spec":{"replicas":2.0}}', STRATEGIC)["spec"]["replicas"], 2)
                self.refused(422, "Invalid", "number 1.5", "PATCH", self.dry(path), '{"spec":{"replicas":1.5}}', STRATEGIC)
        applied = '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"patched"},"spec":{"replicas":2.0}}'
        path = f"{DEPLOYMENTS}/patched?fieldManager=me&force=true"
        self.assertEqual(self.ok("PATCH", self.dry(path), applied, APPLY)["spec"]["replicas"], 2)
        # Kubernetes wraps this one round to 0, and takes all Pods away.
        self.assertEqual(self.send("PATCH", self.dry(path), applied.replace("2.0", "9223372036854775808"), APPLY)[0], 422)

    def test_of_a_scale_and_of_options_too(self):
        # A Scale with 2.0 once ended the whole program.
        self.ok("POST", DEPLOYMENTS, deployment(0, "scaled"))
        scale = '{"metadata":{"name":"scaled"},"spec":{"replicas":%s}}'
        for text in ("2.0", "1.5", "9223372036854775808", '"2"'):
            with self.subTest(text):
                self.refused(400, "BadRequest", "ScaleSpec.spec.replicas of type int32", "PUT", f"{DEPLOYMENTS}/scaled/scale", scale % text)
        self.assertEqual(self.ok("PUT", self.dry(f"{DEPLOYMENTS}/scaled/scale"), scale % "null")["spec"], {})
        self.refused(400, "BadRequest", r"number 2\.0 into Go struct field DeleteOptions\.gracePeriodSeconds of type int64",
                     "DELETE", f"{DEPLOYMENTS}/scaled", '{"gracePeriodSeconds":2.0}')
        self.ok("DELETE", f"{DEPLOYMENTS}/scaled", "gracePeriodSeconds: 2.0\n", YAML)


class Encodings(BodyTest):
    def test_a_mark_before_json_is_no_json(self):
        # RFC 8259 has it so; a client that is let through here fails on a cluster.
        self.ok("POST", MAPS, config_map("marked"))
        for method, path, body, content_type in (("POST", MAPS, config_map("x"), JSON),
                                                 ("PUT", f"{MAPS}/marked", config_map("marked"), JSON),
                                                 ("PATCH", f"{MAPS}/marked", '{"data":{"a":"b"}}', MERGE),
                                                 ("PATCH", f"{MAPS}/marked", '{"data":{"a":"b"}}', STRATEGIC),
                                                 ("PATCH", f"{MAPS}/marked", '[{"op":"add","path":"/data","value":{}}]', JSON_PATCH),
                                                 ("DELETE", f"{MAPS}/marked", "{}", JSON)):
            with self.subTest(f"{method} {content_type}"):
                self.refused(400, "BadRequest", "invalid character 'ï' looking for beginning of value", method, path, MARK + body, content_type)
        self.assertNotIn("data", self.ok("GET", f"{MAPS}/marked"))

    def test_a_mark_before_yaml_is_one_of_yaml(self):
        self.assertEqual(self.ok("POST", self.dry(MAPS), MARK + "metadata: {name: yaml}\n", YAML)["metadata"]["name"], "yaml")
        applied = MARK + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: b}\n"
        self.assertEqual(self.ok("PATCH", self.dry(f"{MAPS}/yaml?fieldManager=me"), applied, APPLY)["data"], {"a": "b"})

    def test_a_file_is_no_body(self):
        # What editors and templates make of it has always been served from a directory.
        self.assertEqual(self.ok("GET", f"{DEPLOYMENTS}/filed")["spec"]["replicas"], 2)

    def test_what_is_not_utf8_is_refused(self):
        # Kubernetes stores another character in its place; what is read back is then not what was sent.
        for content_type, body in ((JSON, b'{"metadata":{"name":"u"},"data":{"a":"\xff"}}'), (YAML, b'metadata: {name: u}\ndata: {a: "\xff"}\n')):
            with self.subTest(content_type):
                self.refused(400, "BadRequest", "byte 0xFF is not UTF-8", "POST", MAPS, body, content_type)
        self.ok("POST", MAPS, config_map("utf8"))
        self.refused(400, "BadRequest", "0xFF", "PATCH", f"{MAPS}/utf8", b'{"data":{"a":"\xff"}}', MERGE)

    def test_a_tab_indents_nothing(self):
        self.refused(400, "BadRequest", "unrecognized.*yaml: line 2: a tab is used for indentation", "POST", MAPS, "metadata:\n\tname: x\n", YAML)
        self.assertEqual(self.ok("POST", self.dry(MAPS), "metadata:\n  name:\tx\n", YAML)["metadata"]["name"], "x")

    def test_of_several_documents_in_yaml_the_first_is_the_body(self):
        # As upstream: kubectl sends each one by itself.
        made = self.ok("POST", MAPS, "metadata: {name: one}\n---\nmetadata: {name: two}\n", YAML)
        self.assertEqual(made["metadata"]["name"], "one")
        self.assertEqual(self.send("GET", f"{MAPS}/two")[0], 404)

    def test_behind_a_value_in_json_nothing_may_follow(self):
        for more in (config_map("b"), "\n" + config_map("b"), "x", "]"):
            self.refused(400, "BadRequest", "json parse error", "POST", MAPS, config_map("a") + more)
        self.assertEqual(self.send("GET", f"{MAPS}/a")[0], 404)


class Sizes(BodyTest):
    def test_data_ends_at_a_mebibyte(self):
        too_long = r"is invalid: (\[\]|data): Too long: may not be more than 1048576 bytes"
        self.ok("POST", self.dry(MAPS), config_map("b", {"a": "x" * (MIB // 2), "b": "y" * (MIB // 2)}))
        self.refused(422, "Invalid", too_long, "POST", MAPS, config_map("b", {"a": "x" * (MIB // 2), "b": "y" * (MIB // 2), "c": "z"}))
        encoded = "AAAA" * (MIB // 3 + 1)
        self.refused(422, "Invalid", too_long, "POST", MAPS, json.dumps({"metadata": {"name": "b"}, "binaryData": {"a": encoded}}))
        self.refused(422, "Invalid", too_long, "POST", MAPS.replace("configmaps", "secrets"), json.dumps({"metadata": {"name": "b"}, "data": {"a": encoded}}))
        # By patches as well: half and half is too much.
        self.ok("POST", MAPS, config_map("grown", {"a": "x" * (MIB // 2 + 1)}))
        self.refused(422, "Invalid", too_long, "PATCH", f"{MAPS}/grown", json.dumps({"data": {"b": "x" * (MIB // 2)}}), MERGE)

    def test_annotations_end_at_a_quarter_of_that(self):
        self.ok("POST", self.dry(MAPS), config_map("b", annotations={"a": "x" * (MIB // 4 - 1)}))
        self.refused(422, "Invalid", "metadata.annotations: Too long: may not be more than 262144 bytes", "POST", MAPS,
                     config_map("b", annotations={"a": "x" * (MIB // 4)}))

    def test_a_body_ends_at_three_mebibytes(self):
        for method, path, content_type in (("POST", MAPS, JSON), ("POST", MAPS, YAML), ("PUT", f"{MAPS}/m", JSON), ("PATCH", f"{MAPS}/m", MERGE)):
            with self.subTest(f"{method} {content_type}"):
                self.refused(413, "RequestEntityTooLarge", "limit is 3145728", method, path, config_map("m", {"a": "x" * (3 * MIB)}), content_type)

    def test_depth_has_an_end(self):
        # Each level is a frame of somebody's stack.
        levels = lambda depth: "[" * depth + "]" * depth
        self.ok("POST", MAPS, '{"metadata":{"name":"deep"},"x":%s}' % levels(90))
        for depth in (101, 10_001, 500_000):
            with self.subTest(depth):
                self.refused(400, "BadRequest", "exceeded max depth", "POST", MAPS, '{"metadata":{"name":"deep"},"x":%s}' % levels(depth))
                self.refused(400, "BadRequest", "exceeded max depth", "POST", MAPS, "metadata: {name: deep}\nx: %s\n" % levels(depth), YAML)
                self.refused(400, "BadRequest", "exceeded max depth", "PATCH", f"{MAPS}/deep", '{"x":%s}' % levels(depth), MERGE)

    def test_aliases_do_not_multiply(self):
        # 9^9 values of 300 bytes.
        bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi"))
        self.refused(400, "BadRequest", "unrecognized.*aliases expand to more than", "POST", MAPS, "metadata: {name: bomb}\n" + bomb, YAML)
        self.refused(400, "BadRequest", "aliases expand to more than", "PATCH", f"{MAPS}/bomb?fieldManager=me",
                     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + bomb, APPLY)


class Many(BodyTest):
    """What fits into a body and is very much of something: nothing may take a time, or an answer, that grows faster than the body."""

    LABELS = 100_000

    def labels(self, value="v"):
        return {f"l{number}": value for number in range(self.LABELS)}

    def test_a_hundred_thousand_labels_are_labels(self):
        # Each of them is checked, stored, owned, selected by and merged.
        made = self.ok("POST", MAPS, config_map("many", labels=self.labels()))
        self.assertEqual(len(made["metadata"]["labels"]), self.LABELS)
        one = lambda: [item["metadata"]["name"] for item in self.ok("GET", f"{MAPS}?labelSelector=l99999%3Dw")["items"]]
        self.assertEqual(one(), [])
        for content_type, body in ((MERGE, '{"metadata":{"labels":{"l99999":"w"}}}'), (STRATEGIC, '{"metadata":{"labels":{"l5":"w"}}}'),
                                   (JSON_PATCH, '[{"op":"add","path":"/metadata/labels/l6","value":"w"}]')):
            changed = self.ok("PATCH", f"{MAPS}/many", body, content_type)
        self.assertEqual(sorted(key for key, value in changed["metadata"]["labels"].items() if value == "w"), ["l5", "l6", "l99999"])
        self.assertEqual(one(), ["many"])
        applied = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "many", "labels": self.labels("w")}})
        self.assertEqual(set(self.ok("PATCH", f"{MAPS}/many?fieldManager=me&force=true", applied, APPLY)["metadata"]["labels"].values()), {"w"})
        self.ok("DELETE", f"{MAPS}/many")

    def test_a_selector_of_as_many_is_compared_with_as_many_labels(self):
        # Each of one with each of the other would be ten thousand million.
        body = json.loads(deployment(0, "many"))
        body["spec"]["selector"]["matchLabels"] = body["spec"]["template"]["metadata"]["labels"] = self.labels()
        self.ok("POST", self.dry(DEPLOYMENTS), json.dumps(body))
        body["spec"]["template"]["metadata"]["labels"] = self.labels() | {"l99999": "w"}
        said = self.refused(422, "Invalid", "`selector` does not match template `labels`$", "POST", self.dry(DEPLOYMENTS), json.dumps(body))
        self.assertIn("spec.template.metadata.labels: Invalid value", said)

    def test_finalizers_of_what_is_being_deleted(self):
        # Whether one is new is asked of each.
        finalizers = [f"example.com/f{number}" for number in range(50_000)]
        self.ok("POST", MAPS, config_map("kept", finalizers=finalizers))
        self.ok("DELETE", f"{MAPS}/kept")
        self.refused(422, "Invalid", 'no new finalizers can be added if the object is being deleted, found new finalizers .*"example.com/new"',
                     "PATCH", f"{MAPS}/kept", json.dumps({"metadata": {"finalizers": [*finalizers, "example.com/new"]}}), MERGE)
        left = self.ok("PATCH", f"{MAPS}/kept", json.dumps({"metadata": {"finalizers": finalizers[1:]}}), MERGE)
        self.assertEqual(len(left["metadata"]["finalizers"]), len(finalizers) - 1)
        self.ok("PATCH", f"{MAPS}/kept", '{"metadata":{"finalizers":null}}', MERGE)
        self.assertEqual(self.send("GET", f"{MAPS}/kept")[0], 404)

    def test_not_each_of_a_hundred_thousand_mistakes_is_told(self):
        # Each took some 700 bytes of the answer, so that a body of 3 MB cost gigabytes.
        wrong = [str(number) for number in range(self.LABELS)]
        pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "none"}], "tolerations": [{"key": f"!{one}"} for one in wrong]}}
        for path, body in ((MAPS, config_map("m", labels={f"!{one}": "" for one in wrong})),
                           (MAPS, config_map("m", labels={f"l{one}": "!" for one in wrong})),
                           (MAPS, config_map("m", annotations={f"!{one}": "" for one in wrong})),
                           (MAPS, config_map("m", finalizers=[f"!{one}" for one in wrong])),
                           (MAPS, config_map("m", ownerReferences=[{} for one in wrong])),
                           (MAPS, config_map("m", {f"!{one}": "" for one in wrong})),
                           (PODS, json.dumps(pod))):
            with self.subTest(body[:60]):
                status, answer = self.send("POST", path, body)
                self.assertEqual((status, answer["reason"]), (422, "Invalid"))
                self.assertGreater(len(answer["details"]["causes"]), 100)
                self.assertLess(len(json.dumps(answer)), 4 * MIB)

    def test_warnings_fit_into_a_head(self):
        # Clients give up on heads of some hundred lines, or of long ones: then nobody learns that it was written.
        fields = {f"unknown{number}": 1 for number in range(1000)} | {"ü" * 100_000: 1}
        for more in (fields, dict(reversed(fields.items()))):
            self.ok("POST", self.dry(MAPS), json.dumps({"metadata": {"name": "w"}, **more}))
        twice = '{"metadata":{"name":"w"},"data":{%s}}' % ",".join(['"a":"b"'] * 1000)
        self.assertEqual(self.ok("POST", self.dry(MAPS), twice)["data"], {"a": "b"})


if __name__ == "__main__":
    unittest.main()
