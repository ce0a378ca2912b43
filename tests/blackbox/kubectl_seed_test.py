#!/usr/bin/env python3
"""The canary guide's path by a real kubectl, in both API versions of its Ingress and under load; and what kubectl's everyday commands
print, which people and scripts know by heart from clusters.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import unittest

import api_test
import cli
import figures
import gateway_seed_test as guide
import http1
import load
import up

EXAMPLES = cli.ROOT / "examples"
HOST, HEADER = guide.HOST, guide.HEADER
OLD_IMAGE, NEW_IMAGE = ("registry.cn-hangzhou.aliyuncs.com/acs-sample/" + name for name in ("old-nginx", "new-nginx"))
NEW_PODS = (r"(selector:\n    run:) old-nginx", r"\1 new-nginx")
NO_WEIGHT = (r"^ +nginx.*canary-weight.*\n", "")
NO_HEADER = (r"^ +nginx.*canary-by-header.*\n", "")
RATE = 300  # requests a second, of each of the two kinds


def setUpModule():
    api_test.setUpModule()


class SeedTest(api_test.ApiTest):
    """One instance without manifests; everything comes by kubectl."""

    error = guide.SOME
    versions = guide.GuideTest.versions
    wait = guide.GuideTest.wait

    def setUp(self):
        super().setUp()
        self.up = self.start(f"--workers={guide.WORKERS}")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.scratch.path), "KUBECONFIG": str(self.state / "kubeconfig")}

    def file(self, name, *edits, example="nginx-canary"):
        """A file of the example, edited: what somebody has in an editor before `kubectl apply -f`."""
        text = (EXAMPLES / example / name).read_text(encoding="utf-8")
        for pattern, replacement in edits:
            text, count = re.subn(pattern, replacement, text, flags=re.M)
            self.assertGreater(count, 0, f"{name} has no {pattern!r}")
        path = self.scratch.path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def apply_file(self, name, *edits, example="nginx-canary"):
        return self.ok("apply", "-f", self.file(name, *edits, example=example))

    def kubectl(self, *arguments, stdin="", env=None, **_):
        return subprocess.run([api_test.KUBECTL, *arguments], input=stdin, capture_output=True, text=True, timeout=api_test.PATIENCE_S,
                              env={**self.env, **(env or {})}, check=False)

    def lines(self, *arguments):
        """A command that goes on; its lines as they come."""
        process = subprocess.Popen([*up.ENDS_WITH_US, api_test.KUBECTL, *arguments], stdout=subprocess.PIPE, text=True, env=self.env)
        got = []
        reader = threading.Thread(target=lambda: got.extend(iter(process.stdout.readline, "")), daemon=True)
        reader.start()

        def end():
            process.kill()
            process.wait()
            reader.join(5)
            process.stdout.close()
        self.addCleanup(end)
        return got

    def assert_exact(self, share):
        """Of all requests to the host, as the gateway counts them, and not of some of them."""
        before = self.up.metrics()
        self.versions()
        came = figures.between(before, self.up.metrics())
        on_their_way = 3 * 8  # connections: some are counted after the second look and not before the first, or the other way round
        canary, total = figures.requests(came, host=HOST, role="canary"), figures.requests(came, host=HOST)
        self.assertGreaterEqual(total, guide.COUNT)
        self.assertLessEqual(abs(canary - share * total), guide.ERROR + on_their_way, (canary, total))

    def deploy_old(self):
        self.apply_file("1-old.yaml")
        self.apply_file("2-ingress.yaml")
        self.ok("rollout", "status", "deploy/old-nginx")
        self.up.wait_status(200, "GET", "/", HOST)

    @contextlib.contextmanager
    def loaded(self, *headers):
        """Load until the end of the block; no request of it may fail."""
        clients = [load.Load(self.up.address, http1.request("GET", "/", HOST, list(h)), rate=RATE) for h in headers or [()]]
        with contextlib.ExitStack() as running:
            for client in clients:
                running.enter_context(client)
                client.wait_more(20)
            yield clients
            for client in clients:
                client.wait_more(50)
                outcome = client.stop()
                self.assertEqual(outcome.bad(200), [], outcome)


class Path(SeedTest):
    """What the guide's reader does, in the guide's order; nobody may notice."""

    def whole_path(self, example):
        self.assertRegex(self.apply_file("1-old.yaml", example=example), r"\Adeployment\.apps/old-nginx created\nservice/old-nginx created\n\Z")
        self.assertRegex(self.apply_file("2-ingress.yaml", example=example), r"ingress\S*/gray-release created")
        self.ok("rollout", "status", "deploy/old-nginx")
        self.up.wait_status(200, "GET", "/", HOST)
        self.assertEqual(self.versions()[guide.NEW], 0)
        with self.loaded((), HEADER):
            self.canary_steps(example)
            self.last_steps(example)
        self.assertEqual(self.ok("get", "deploy,svc,ingress", "-o", "name").count("\n"), 3, self.ok("get", "deploy,svc,ingress"))

    def canary_steps(self, example):
        self.apply_file("3-new.yaml", example=example)
        self.ok("rollout", "status", "deploy/new-nginx")
        self.assertRegex(self.apply_file("4-canary.yaml", NO_WEIGHT, example=example), r"ingress\S*/gray-release-canary created")
        self.wait(1, HEADER)
        self.wait(0)
        self.assertRegex(self.apply_file("4-canary.yaml", example=example), "gray-release-canary configured")
        self.wait(0.5)
        self.wait(1, HEADER)  # the guide says half of these; the header decides alone
        self.apply_file("4-canary.yaml", NO_HEADER, example=example)
        self.wait(0.5, HEADER)
        self.wait(0.5)
        self.assert_exact(0.5)

    def last_steps(self, example):
        self.assertIn("service/old-nginx configured", self.apply_file("1-old.yaml", NEW_PODS, example=example))
        self.wait(1)
        self.assertRegex(self.ok("delete", "ingress", "gray-release-canary"), r'ingress\S* "gray-release-canary" deleted')
        self.wait(1)
        self.assertRegex(self.ok("delete", "deploy", "old-nginx"), r'deployment\.apps "old-nginx" deleted')
        self.assertRegex(self.ok("delete", "svc", "new-nginx"), r'service "new-nginx" deleted')
        up.wait_for(lambda: "old-nginx" not in self.ok("get", "pods", "-o", "name"), "the old Pods gone")
        self.wait(1)
        self.wait(1, HEADER)

    def test_the_whole_path_in_networking_v1(self):
        # The guide's manifests for clusters since 1.19.
        self.whole_path("nginx-canary")

    def test_the_whole_path_in_networking_v1beta1(self):
        # The guide's other half: people have such files, and today's clusters refuse them.
        self.whole_path("nginx-canary-v1beta1")

    def test_one_object_in_both_versions(self):
        # Applied as one and then as the other it is the same object, and read in whatever version is asked for.
        self.deploy_old()
        self.apply_file("3-new.yaml")
        self.apply_file("4-canary.yaml", NO_WEIGHT, example="nginx-canary-v1beta1")
        self.wait(1, HEADER)
        self.assertIn("gray-release-canary configured", self.apply_file("4-canary.yaml"))
        self.wait(0.5)
        path = "{.spec.rules[0].http.paths[0].backend%s}"
        self.assertEqual(self.ok("get", "ingresses.v1.networking.k8s.io", "gray-release-canary", "-o", "jsonpath=" + path % ".service.name"), "new-nginx")
        self.assertEqual(self.ok("get", "ingresses.v1beta1.networking.k8s.io", "gray-release-canary", "-o", "jsonpath=" + path % ".serviceName"), "new-nginx")

    def test_as_printed_it_is_refused(self):
        # The annotations stand beside `annotations:`. kubectl's own check says so, and `lint --fix` mends it.
        self.deploy_old()
        self.apply_file("3-new.yaml")
        printed = self.scratch.path / "printed"
        shutil.copytree(EXAMPLES / "nginx-canary-as-printed", printed)
        said = self.refused("apply", "-f", str(printed / "4-canary.yaml"))
        self.assertRegex(said, r'unknown field "(metadata\.)?nginx\.ingress\.kubernetes\.io/canary-by-header-value"')
        self.assertNotIn("gray-release-canary", self.ok("get", "ingress", "-o", "name"))
        cli.run("lint", "--fix", "-f", str(printed))
        self.ok("apply", "-f", str(printed / "4-canary.yaml"))
        self.wait(1, HEADER)
        self.wait(0.5)

    def test_a_split_is_kept_through_rollouts_and_scaling(self):
        # What one does to the versions during a release changes neither the share nor loses a request.
        self.deploy_old()
        self.apply_file("3-new.yaml")
        self.ok("rollout", "status", "deploy/new-nginx")
        with self.loaded():
            self.apply_file("4-canary.yaml")
            self.wait(0.5)
            self.ok("rollout", "restart", "deploy/old-nginx", "deploy/new-nginx")
            for name in ("old-nginx", "new-nginx"):
                self.ok("rollout", "status", f"deploy/{name}")
            self.ok("scale", "deploy/new-nginx", "--replicas=3")
            self.ok("rollout", "status", "deploy/new-nginx")
            self.ok("scale", "deploy/new-nginx", "--replicas=1")
            self.ok("rollout", "status", "deploy/new-nginx")
            self.wait(0.5)
            self.wait(1, HEADER)


class Rollouts(SeedTest):
    def setUp(self):
        super().setUp()
        self.deploy_old()

    def status(self):
        said = self.ok("rollout", "status", "deploy/old-nginx").splitlines()
        self.assertEqual(said[-1], 'deployment "old-nginx" successfully rolled out')
        for line in said[:-1]:
            self.assertRegex(line, r'\AWaiting for deployment "old-nginx" rollout to finish: .+\.\.\.\Z')
        return said

    def revisions(self):
        head, *rows = self.ok("rollout", "history", "deploy/old-nginx").strip().splitlines()
        self.assertEqual(head.strip(), "deployment.apps/old-nginx")
        self.assertEqual(rows.pop(0).split(), ["REVISION", "CHANGE-CAUSE"])
        return [tuple(row.split(None, 1)) for row in rows]

    def set_new_image(self):
        return self.ok("set", "image", "deploy/old-nginx", f"old-nginx={NEW_IMAGE}")

    def answer(self):
        return guide.version_of(self.up.ask("GET", "/", HOST).text)

    def test_set_image_and_undo(self):
        # The way back that everybody reaches for first.
        with self.loaded():
            self.assertEqual(self.set_new_image(), "deployment.apps/old-nginx image updated\n")
            self.assertRegex(self.status()[0], "old replicas are pending termination|new replicas have been updated|updated replicas are available|successfully")
            self.wait(1)
            self.assertEqual(self.ok("rollout", "undo", "deploy/old-nginx"), "deployment.apps/old-nginx rolled back\n")
            self.status()
            self.wait(0)
        self.assertEqual(self.revisions(), [("2", "<none>"), ("3", "<none>")])
        self.ok("rollout", "undo", "deploy/old-nginx", "--to-revision=2")
        self.status()
        self.wait(1)
        self.assertIn("unable to find specified revision 99", self.refused("rollout", "undo", "deploy/old-nginx", "--to-revision=99"))

    def test_history_names_the_cause(self):
        self.set_new_image()
        self.ok("annotate", "deploy/old-nginx", "kubernetes.io/change-cause=the new one")
        self.status()
        self.assertEqual(self.revisions(), [("1", "<none>"), ("2", "the new one")])
        shown = self.ok("rollout", "history", "deploy/old-nginx", "--revision=2")
        self.assertRegex(shown, r"\Adeployment\.apps/old-nginx with revision #2\nPod Template:\n  Labels:\tpod-template-hash=\w+\n\trun=old-nginx\n")
        self.assertRegex(shown, rf"Image:\s+{re.escape(NEW_IMAGE)}\n")

    def test_restart(self):
        # Every Pod is a new one, of a ReplicaSet of its own, and nothing else has changed.
        before = set(self.ok("get", "pods", "-o", "name").split())
        with self.loaded():
            self.assertEqual(self.ok("rollout", "restart", "deploy/old-nginx"), "deployment.apps/old-nginx restarted\n")
            self.status()
            up.wait_for(lambda: before.isdisjoint(self.ok("get", "pods", "-o", "name").split()), "only new Pods")
        self.assertEqual(len(self.ok("get", "rs", "-o", "name").split()), 2)
        self.assertIn("kubectl.kubernetes.io/restartedAt", self.ok("get", "deploy", "old-nginx", "-o", "yaml"))

    def test_pause_and_resume(self):
        # Several changes, one rollout.
        self.set_new_image()
        self.status()
        self.ok("rollout", "undo", "deploy/old-nginx")
        self.status()
        self.wait(0)
        self.assertEqual(self.ok("rollout", "pause", "deploy/old-nginx"), "deployment.apps/old-nginx paused\n")
        self.assertIn("already paused", self.refused("rollout", "pause", "deploy/old-nginx"))
        self.set_new_image()
        self.ok("set", "env", "deploy/old-nginx", "A=B")
        columns = "-o=jsonpath={.status.observedGeneration} {.metadata.generation} {.status.updatedReplicas}"
        def observed():
            seen, present, *updated = self.ok("get", "deploy", "old-nginx", columns).split()
            return seen == present and (updated or ["0"])
        self.assertEqual(up.wait_for(observed, "the change is seen"), ["0"], "nothing is rolled out")
        self.assertEqual(self.answer(), guide.OLD)
        self.assertIn("cannot rollback a paused deployment", self.refused("rollout", "undo", "deploy/old-nginx"))
        self.assertEqual(self.ok("rollout", "resume", "deploy/old-nginx"), "deployment.apps/old-nginx resumed\n")
        self.status()
        self.wait(1)
        self.assertEqual([number for number, _ in self.revisions()], ["3", "4", "5"])

    def test_a_rollout_that_does_not_come_keeps_the_old_pods(self):
        # A misspelt image is the classic; traffic does not notice, and the Pod says what is wrong.
        with self.loaded():
            self.ok("set", "image", "deploy/old-nginx", "old-nginx=registry.example.com/misspelt:1")
            said = self.kubectl("rollout", "status", "deploy/old-nginx", "--timeout=2s")
            self.assertEqual(said.returncode, 1)
            self.assertIn("1 out of 2 new replicas have been updated", said.stdout)
            self.assertIn("timed out waiting for the condition", said.stderr)
            head, *rows = self.ok("get", "pods").splitlines()
            self.assertEqual(sorted(row.split()[2] for row in rows), ["ErrImageNotMapped", "Running", "Running"], rows)
            self.assertRegex(self.ok("get", "events"), r"Warning +Failed +pod/old-nginx-\S+ +.*images\.yaml")
            self.ok("rollout", "undo", "deploy/old-nginx")
            self.status()

    def test_scale(self):
        self.assertEqual(self.ok("scale", "deploy/old-nginx", "--replicas=3"), "deployment.apps/old-nginx scaled\n")
        self.assertIn("Expected replicas to be 9, was 3", self.refused("scale", "deploy/old-nginx", "--current-replicas=9", "--replicas=1"))
        self.ok("rollout", "status", "deploy/old-nginx")
        head, row = self.ok("get", "deploy", "old-nginx").splitlines()
        self.assertEqual((head.split(), row.split()[:4]), (["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"], ["old-nginx", "3/3", "3", "3"]))
        self.ok("scale", "deploy/old-nginx", "--replicas=0")
        self.up.wait_status(503, "GET", "/", HOST)

    def test_wait(self):
        self.assertEqual(self.ok("wait", "--for=condition=Available", "deploy/old-nginx", "--timeout=20s"), "deployment.apps/old-nginx condition met\n")
        said = self.ok("wait", "--for=condition=Ready", "pod", "-l", "run=old-nginx", "--timeout=20s")
        self.assertRegex(said, r"\A(pod/old-nginx-\S+ condition met\n){2}\Z")
        self.assertIn("timed out", self.refused("wait", "--for=condition=Nothing", "deploy/old-nginx", "--timeout=1s"))
        self.apply([up.deployment("slow", api_test.POD, env={"IGNORE_TERM": "1"}, grace=5)])
        self.ok("rollout", "status", "deploy/slow")
        pod = self.ok("get", "pods", "-l", "app=slow", "-o", "name").strip()
        self.ok("delete", "deploy", "slow")
        self.assertEqual(self.ok("wait", "--for=delete", pod, "--timeout=60s"), f"{pod} condition met\n")

    def test_get_watch(self):
        # A line for each state on the way, as a table.
        got = self.lines("get", "deploy", "old-nginx", "-w")
        up.wait_for(lambda: len(got) >= 2, "the present state")
        self.ok("scale", "deploy/old-nginx", "--replicas=3")
        up.wait_for(lambda: "3/3" in got[-1], lambda: f"3/3: {got}")
        ready = [line.split()[1] for line in got]
        self.assertEqual((ready[0], ready[1]), ("READY", "2/2"))
        self.assertIn("2/3", ready)

    def test_logs(self):
        # By label, of several Pods; and followed.
        got = self.lines("logs", "-l", "run=old-nginx", "-f", "--prefix")
        begin = re.compile(r"\[pod/(old-nginx-\S+)/old-nginx\] listening on ")
        up.wait_for(lambda: len({found[1] for line in got if (found := begin.match(line))}) == 2, lambda: f"a line of each Pod: {got}")
        for _ in range(4):
            self.up.ask("GET", "/here", HOST)
        up.wait_for(lambda: sum("GET /here 200" in line for line in got) == 4, lambda: f"four requests: {got}")
        last = self.ok("logs", "-l", "run=old-nginx", "--tail=1").splitlines()
        self.assertEqual(len(last), 2, last)
        self.assertIn("listening on", self.ok("logs", "deploy/old-nginx"))


class Objects(SeedTest):
    def setUp(self):
        super().setUp()
        self.deploy_old()

    def test_describe(self):
        # What support asks people to send.
        deployment = self.ok("describe", "deploy", "old-nginx")
        for line in (r"Name: +old-nginx", r"Namespace: +default", r"Selector: +run=old-nginx", r"StrategyType: +RollingUpdate",
                     r"Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable",
                     r"RollingUpdateStrategy: +25% max unavailable, 25% max surge", r"  Available +True +MinimumReplicasAvailable",
                     r"  Progressing +True +NewReplicaSetAvailable", r"NewReplicaSet: +old-nginx-\w+ \(2/2 replicas created\)",
                     r"  Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set old-nginx-\w+ .*2"):
            self.assertRegex(deployment, rf"(?m)^{line}$")
        service = self.ok("describe", "svc", "old-nginx")
        for line in (r"Type: +NodePort", r"IP: +127\.20\.\d+\.\d+", r"TargetPort: +80/TCP", r"Endpoints: +127\.10\.\d+\.\d+:80,127\.10\.\d+\.\d+:80"):
            self.assertRegex(service, rf"(?m)^{line}$")
        self.assertRegex(self.ok("describe", "ingress", "gray-release"), r"(?m)^ +/ +old-nginx:80 \(127\.10\.\d+\.\d+:80,127\.10\.\d+\.\d+:80\)$")
        pod = self.ok("describe", "pod", "-l", "run=old-nginx")
        for line in (r"Status: +Running", r"Controlled By: +ReplicaSet/old-nginx-\w+", rf" +Image: +{re.escape(OLD_IMAGE)}", r" +Restart Count: +0",
                     r"  Ready +True ", r"  ContainersReady +True ", r"Node: +graylane/127\.0\.0\.1",
                     *(rf"  Normal +{reason} +.*" for reason in ("Scheduled", "Pulled", "Created", "Started"))):
            self.assertEqual(len(re.findall(rf"(?m)^{line}$", pod)), 2, pod)

    def test_get_wide(self):
        shown = {}
        for kind in ("deploy", "rs", "pods", "svc"):
            head, row, *_ = self.ok("get", kind, "-o", "wide").splitlines()
            shown[kind] = dict(zip(re.split(r"  +", head), re.split(r"  +", row)))
        self.assertEqual(shown["deploy"]["IMAGES"], OLD_IMAGE)
        self.assertEqual(list(shown["rs"]), ["NAME", "DESIRED", "CURRENT", "READY", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"])
        self.assertEqual(list(shown["pods"]), ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE", "READINESS GATES"])
        self.assertRegex(shown["pods"]["IP"], r"\A127\.10\.")
        self.assertEqual((shown["svc"]["TYPE"], shown["svc"]["EXTERNAL-IP"], shown["svc"]["SELECTOR"]), ("NodePort", "<none>", "run=old-nginx"))
        self.assertRegex(shown["svc"]["PORT(S)"], r"\A80:3\d{4}/TCP\Z")
        everything = self.ok("get", "all", "-o", "name")
        for kind in ("pod/", "service/", "deployment.apps/", "replicaset.apps/"):
            self.assertIn(f"{kind}old-nginx", everything)

    def test_diff(self):
        # Exit code 1 and what would change; 0 and nothing.
        same = self.kubectl("diff", "-f", str(EXAMPLES / "nginx-canary/1-old.yaml"))
        self.assertEqual((same.returncode, same.stdout, same.stderr), (0, "", ""))
        changed = self.kubectl("diff", "-f", self.file("1-old.yaml", ("replicas: 2", "replicas: 5")))
        self.assertEqual(changed.returncode, 1, changed)
        self.assertRegex(changed.stdout, r"(?m)^-  replicas: 2\n\+  replicas: 5$")
        self.assertEqual(self.ok("get", "deploy", "old-nginx", "-o", "jsonpath={.spec.replicas}"), "2", "nothing is written")
        new = self.kubectl("diff", "-f", self.file("3-new.yaml"))
        self.assertEqual(new.returncode, 1, new)
        self.assertRegex(new.stdout, r"(?m)^\+  name: new-nginx$")

    def test_edit(self):
        # Saved: in force. Saved with a mistake: refused, and the text is kept. Not changed: nothing happens.
        self.apply_file("3-new.yaml")
        self.apply_file("4-canary.yaml")
        self.wait(0.5)
        edit = ("edit", "ingress", "gray-release-canary")
        self.assertRegex(self.ok(*edit, env={"KUBE_EDITOR": "sed -i 's/weight: \"50\"/weight: \"100\"/'"}), r"ingress\S*/gray-release-canary edited\n\Z")
        self.wait(1)
        self.assertIn("no changes made", self.kubectl(*edit, env={"KUBE_EDITOR": "true"}).stderr)
        wrong = self.kubectl("edit", "deploy", "old-nginx", env={"KUBE_EDITOR": "sed -i s/replicas:.*/replicas:\\ two/", "TMPDIR": str(self.scratch.path)})
        self.assertEqual(wrong.returncode, 1, wrong)
        kept = re.search(r"/\S+-edit-\w+\.yaml", wrong.stderr)
        self.assertTrue(kept, wrong.stderr)
        self.assertIn("replicas: two", pathlib.Path(kept[0]).read_text(encoding="utf-8"))

    def test_label_and_select(self):
        self.assertEqual(self.ok("label", "deploy", "old-nginx", "tier=front"), "deployment.apps/old-nginx labeled\n")
        self.assertEqual(self.ok("get", "deploy", "-l", "tier in (front,back),tier!=back", "-o", "name"), "deployment.apps/old-nginx\n")
        self.assertIn("--overwrite is false", self.refused("label", "deploy", "old-nginx", "tier=back"))
        self.ok("label", "deploy", "old-nginx", "tier=back", "--overwrite")
        head, row = self.ok("get", "deploy", "-L", "tier", "--show-labels").splitlines()
        self.assertEqual((head.split()[-2:], row.split()[-2:]), (["TIER", "LABELS"], ["back", "tier=back"]))
        self.ok("label", "deploy", "old-nginx", "tier-")
        self.assertIn("No resources found", self.kubectl("get", "deploy", "-l", "tier").stderr)

    def test_events(self):
        # Who did what, oldest last seen first when asked so.
        self.ok("scale", "deploy/old-nginx", "--replicas=3")
        self.ok("rollout", "status", "deploy/old-nginx")
        head, *rows = self.ok("get", "events", "--sort-by=.lastTimestamp").splitlines()
        self.assertEqual(head.split(), ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"])
        self.assertRegex("\n".join(rows), r"Normal +ScalingReplicaSet +deployment/old-nginx +Scaled up replica set old-nginx-\w+ from 2 to 3")
        self.assertEqual(sum("SuccessfulCreate" in row and " Created pod: " in row for row in rows), 3, rows)
        of_deployment = self.ok("get", "events", "--field-selector=involvedObject.kind=Deployment", "-o", "name").split()
        self.assertEqual(len(of_deployment), 2)

    def test_explain(self):
        shown = self.ok("explain", "deployment.spec.strategy.rollingUpdate")
        self.assertRegex(shown, r"KIND: +Deployment\n")
        self.assertRegex(shown, r"(?m)^ +maxSurge\s+<")
        self.assertRegex(self.ok("explain", "ingress.spec.rules", "--recursive"), r"(?m)^ +pathType\s+<string>")
        self.assertIn('field "nothing" does not exist', self.refused("explain", "deployment.spec.nothing"))

    def test_delete(self):
        # By name, by label, by file; with the Pods gone when it was waited for.
        self.ok("label", "svc", "old-nginx", "app=gone")
        self.assertEqual(self.ok("delete", "svc", "-l", "app=gone"), 'service "old-nginx" deleted\n')
        self.assertIn('services "old-nginx" not found', self.refused("delete", "svc", "old-nginx"))
        self.assertEqual(self.ok("delete", "svc", "old-nginx", "--ignore-not-found"), "")
        self.ok("delete", "-f", str(EXAMPLES / "nginx-canary/2-ingress.yaml"))
        self.ok("delete", "deploy", "old-nginx", "--cascade=foreground")
        self.assertEqual(self.ok("get", "pods,rs,deploy,svc,ingress", "-o", "name"), "")


class Images(api_test.ApiTest):
    def test_without_a_directory_they_are_mapped_where_it_was_started(self):
        # What the waiting Pod's own message says to write helps: after SIGHUP, and after a restart.
        without_f = ["sh", "-c", 'cd "$0" && program=$1 && shift 4 && exec "$program" up "$@"', str(self.folder)]
        def begin():
            running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", state=self.state, wrapper=without_f)
            self.addCleanup(running.close)
            return running.ready()
        def wait_ready(ready):
            up.wait_for(lambda: self.ok("get", "deploy", "shop", "-o", "jsonpath={.status.readyReplicas}") == ready, f"{ready} ready Pods", 40)
        running = begin()
        self.ok("create", "deployment", "shop", "--image=shop:1", "--port=8080")
        waiting = "jsonpath={.items[0].status.containerStatuses[0].state.waiting.message}"
        said = up.wait_for(lambda: self.kubectl("get", "pods", "-o", waiting).stdout, "why it waits")
        self.assertIn("/images.yaml", said)
        up.write(self.folder / "images.yaml", 'shop: {sample: "shop"}\n')
        running.send_signal(signal.SIGHUP)
        wait_ready("1")
        running.send_signal(signal.SIGTERM)
        running.wait_exit()
        begin()
        wait_ready("1")


if __name__ == "__main__":
    unittest.main()
