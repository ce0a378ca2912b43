#!/usr/bin/env python3
"""What kubectl's users are told back: the address of an Ingress, findings as Events, the order of events, the node's Lease, deletions
with their grace; and documents beside objects by kubectl.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import re
import subprocess
import unittest

import api_test
import up

setUpModule = api_test.setUpModule

HOST = "shop.test"
ADDRESS = "jsonpath={.status.loadBalancer.ingress[*].ip}"
POLITE = "trap 'echo terminated; exit 0' TERM; echo up; while :; do sleep 0.05; done"


class Ingresses(api_test.ApiTest):
    def address(self, name):
        return self.ok("get", "ingress", name, "-o", ADDRESS)

    def events_of(self, name):
        return self.ok("get", "events", "--field-selector=involvedObject.name=" + name, "-o",
                       "jsonpath={range .items[*]}{.type} {.reason} {.message}{'\\n'}{end}").splitlines()

    def test_an_ingress_in_force_shows_its_address_and_no_new_table(self):
        # Scripts wait for ADDRESS; that it is written must not route anything anew, nor count as a change of what is wanted.
        running = self.start()
        self.apply([*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("a", HOST, "a", {"temporal-redirect": "https://one.example/"})])
        up.wait_for(lambda: self.address("a") == "127.0.0.1", lambda: self.ok("get", "ingress", "a", "-o", "yaml"))
        self.assertRegex(self.ok("get", "ingress"), r"a +\S+ +shop.test +127.0.0.1 +80 ")
        self.assertEqual(self.ok("get", "ingress", "a", "-o", "jsonpath={.metadata.generation}"), "1")
        running.wait_status(302, "GET", "/", HOST)
        mark = running.mark()
        self.ok("patch", "ingress", "a", "--type=merge", "-p", '{"spec": {"ingressClassName": "of-others"}}')
        running.wait_effective(mark)
        up.wait_for(lambda: self.address("a") == "", lambda: self.ok("get", "ingress", "a", "-o", "yaml"))
        tables = [line for line in running.lines[mark:] if up.EFFECTIVE.search(line)]
        self.assertEqual(len(tables), 1, tables)

    def test_a_finding_is_an_event_until_it_is_mended(self):
        # `kubectl describe` is where people look when a path does not do what they wrote.
        self.start()
        self.apply([*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("old", HOST, "a")])
        self.apply([up.ingress("new", HOST, "a")])  # within one second the name that sorts last is the older one

        def said():
            return [line for line in self.events_of("new") if "path-duplicate" in line]
        up.wait_for(said, lambda: self.ok("get", "events"))
        self.assertRegex(said()[0], r"^Warning path-duplicate spec\.rules\[0\]\.http\.paths\[0\]: the older Ingress default/old ")
        self.assertIn("path-duplicate", self.ok("describe", "ingress", "new"))
        self.ok("delete", "ingress", "old")
        up.wait_for(lambda: not said(), lambda: self.ok("get", "events"))

    def test_an_ingress_by_kubectl_takes_no_path_from_the_directory(self):
        # The older one wins: what is tried out by hand came later than the documents that were there.
        for number, name in enumerate(("documents", "kubectl")):
            up.write(self.folder / f"{number}.yaml", up.backend(name, [("10.1.2.3", 8080)]))
        up.write(self.folder / "i.yaml", [up.ingress("documents", HOST, "documents", {"temporal-redirect": "https://documents.example/"})])
        running = self.start()
        running.wait_status(302, "GET", "/", HOST)
        self.apply([up.ingress("kubectl", HOST, "kubectl", {"temporal-redirect": "https://kubectl.example/"})])
        up.wait_for(lambda: self.address("kubectl") == "127.0.0.1", "the second Ingress in force")
        self.assertIn("documents.example", running.ask("GET", "/", HOST).get("Location"))

    def test_a_document_whose_object_is_being_deleted_is_applied_when_that_is_gone(self):
        # Nobody saves a file again because something else has ended meanwhile.
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}
        up.write(self.folder / "c.yaml", [document])
        running = self.start()
        self.ok("patch", "configmap", "c", "--type=merge", "-p", '{"metadata": {"finalizers": ["example.com/hold"]}}')
        self.ok("delete", "configmap", "c", "--wait=false")
        mark = running.mark()
        up.write(self.folder / "c.yaml", [{**document, "data": {"a": "2"}}])
        running.wait_line("being-deleted", mark)
        self.ok("patch", "configmap", "c", "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
        up.wait_for(lambda: self.kubectl("get", "configmap", "c", "-o", "jsonpath={.data.a}").stdout == "2", running.said)


class Pods(api_test.ApiTest):
    def run_pod(self, name):
        self.ok("run", name, "--image=example.com/any:1", "--command", "--", "sh", "-c", POLITE)
        self.ok("wait", f"pod/{name}", "--for=condition=Ready", "--timeout=20s")
        up.wait_for(lambda: "up" in self.ok("logs", name), "its first line")

    def test_a_deletion_in_the_foreground_is_as_gentle_as_any(self):
        # Who asks to wait for what depends on the Pod does not ask to kill it.
        self.start()
        self.run_pod("web")
        follower = self.follow("web")
        self.ok("delete", "pod", "web", "--cascade=foreground")
        self.assertIn("terminated", follower())

    def test_by_force_it_is_gone_at_once(self):
        # For a program that hangs.
        running = self.start()
        self.ok("run", "web", "--image=example.com/any:1", "--command", "--", "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done")
        self.ok("wait", "pod/web", "--for=condition=Ready", "--timeout=20s")
        self.ok("delete", "pod", "web", "--grace-period=0", "--force")
        self.assertEqual(self.ok("get", "pods", "-o", "name"), "")
        up.wait_for(lambda: not running.children(), "no process of it")

    def test_orphans_go_on_and_are_adopted(self):
        # How one replaces a Deployment without a restart of its Pods.
        self.start()
        self.apply([up.deployment("shop", api_test.POD, replicas=2)])
        self.ok("rollout", "status", "deploy/shop")
        before = sorted(self.ok("get", "pods", "-o", "name").split())
        self.ok("delete", "deploy", "shop", "--cascade=orphan")
        replica_set = self.ok("get", "rs", "-o", "name").strip()
        self.ok("delete", replica_set, "--cascade=orphan")
        self.assertEqual(sorted(self.ok("get", "pods", "-o", "name").split()), before)
        self.apply([up.deployment("shop", api_test.POD, replicas=2)])
        self.ok("rollout", "status", "deploy/shop")
        self.assertEqual(sorted(self.ok("get", "pods", "-o", "name").split()), before)

    def test_events_tell_their_story_in_order(self):
        # Lists are in order of name, and nobody sorts them.
        self.start()
        self.run_pod("web")
        reasons = self.ok("get", "events", "--field-selector=involvedObject.name=web", "-o", "jsonpath={.items[*].reason}").split()
        self.assertEqual(reasons, ["Scheduled", "Pulled", "Created", "Started"])
        names = self.ok("get", "events", "-o", "jsonpath={.items[*].metadata.name}").split()
        for name in names:
            self.assertRegex(name, r"\.[0-9a-f]{16}$")

    def test_a_cordoned_node_takes_no_pods(self):
        # `kubectl cordon` is how one keeps it free.
        self.start()
        self.ok("cordon", "graylane")
        self.ok("run", "web", "--image=example.com/any:1", "--command", "--", "sh", "-c", POLITE)
        up.wait_for(lambda: "FailedScheduling" in self.ok("get", "events"), lambda: self.ok("get", "pods"))
        self.assertIn("Pending", self.ok("get", "pod", "web"))
        self.ok("uncordon", "graylane")
        self.ok("wait", "pod/web", "--for=condition=Ready", "--timeout=20s")

    def test_the_node_has_a_lease(self):
        # Tools ask it whether the node lives.
        self.start()
        self.assertEqual(self.ok("get", "lease", "-n", "kube-node-lease", "graylane", "-o", "jsonpath={.spec.holderIdentity}"), "graylane")
        self.assertRegex(re.sub(" +", " ", self.ok("describe", "node", "graylane")), r"HolderIdentity: graylane")

    def follow(self, name):
        """Begins `logs -f`; returns what gives all of it at its end."""
        process = subprocess.Popen([*up.ENDS_WITH_US, api_test.KUBECTL, "logs", "-f", name], stdout=subprocess.PIPE, text=True,
                                   env={"PATH": "/usr/bin:/bin", "HOME": str(self.scratch.path), "KUBECONFIG": str(self.state / "kubeconfig")})
        self.assertEqual(process.stdout.readline(), "up\n")

        return lambda: process.communicate(timeout=api_test.PATIENCE_S)[0]


if __name__ == "__main__":
    unittest.main()
