#!/usr/bin/env python3
"""Each kind that clients write, through all of its life, on a real kube-apiserver and on ours: what is filled in, who owns what, what
tables print, what patches do. The answers are compared as in replay_test.py.

    tests/e2e/kinds_test.py                     all kinds
    tests/e2e/kinds_test.py --table [RESOURCE]  prints what differs, known or not; fails never
    tests/e2e/kinds_test.py --accept            writes what differs and stands in no table into not_yet.tsv

Environment: as for replay_test.py.
"""
import sys
import unittest

import kube_server  # first: it says where the modules of others are
import bad_samples
import kind_samples
import kube_api_test as cases
import kube_known
import odd_requests
import replay_test

__unittest = True

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
MERGE, STRATEGIC, APPLY = ({"Content-Type": f"application/{kind}"} for kind in ("merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"))
NAME = "sample-{{rand}}"


def step(method, path, **more):
    return {"method": method, "path": path, **more}


def root_of(version):
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def life_of(kind, sample, namespaced):
    """The case of a kind: "GROUP/VERSION RESOURCE", and what is special of it."""
    version, resource, *special = kind.split()
    root = root_of(version)
    at = f"{root}/namespaces/{{{{ns}}}}/{resource}" if namespaced else f"{root}/{resource}"
    one = f"{at}/{NAME}"
    steps = [
        step("POST", at, body={"metadata": {"name": NAME}, **sample}, query={"dryRun": "All", "fieldManager": "try"}),
        step("POST", at, body={"metadata": {"name": NAME, "labels": {"a": "1"}}, **sample}, query={"fieldManager": "maker"}, expect={"status": 201}),
        step("POST", at, body={"metadata": {"name": NAME}, **sample}),
        step("POST", at, body={"metadata": {"name": "Bad_Name"}, **sample}),
        step("POST", at, body={"metadata": {"name": NAME + "x"}, "nonsense": 1, **sample}, query={"fieldValidation": "Strict"}),
        step("POST", at, body={"metadata": {"name": NAME + "x", "labels": {"-": "x"}}, **sample}),
        step("GET", one),
        step("GET", one, headers=TABLE),
        step("GET", at, headers=TABLE, query={"fieldSelector": f"metadata.name={NAME}", "includeObject": "None"}),
        step("PATCH", one, headers=MERGE, body={"metadata": {"labels": {"b": "2"}}}, query={"fieldManager": "patcher"}),
        step("PATCH", one, headers=STRATEGIC, body={"metadata": {"labels": {"a": None, "c": "3"}}}, query={"fieldManager": "patcher"}),
        step("PATCH", one, headers=APPLY, body={"apiVersion": version, "kind": KINDS[resource], "metadata": {"name": NAME, "annotations": {"d": "4"}}},
             query={"fieldManager": "applier"}),
        step("PATCH", one, headers=MERGE, body={"metadata": {"labels": {"b": "2"}}}, query={"fieldManager": "patcher"}),
        step("GET", f"{at}/nothing"),
        step("DELETE", one, body={"preconditions": {"uid": "00000000-0000-4000-8000-000000000000"}}),
        step("DELETE", one, query={"dryRun": "All"}),
        step("DELETE", one, query={"gracePeriodSeconds": "0"}),
    ]
    cleanup = [step("DELETE", f"{at}/{name}") for name in (NAME, NAME + "x", "Bad_Name")]
    return {"id": "-".join(["kind", resource, version.replace("/", "-"), *special]), "title": kind, "namespace": namespaced, "steps": steps, "cleanup": cleanup}


KINDS = {"configmaps": "ConfigMap", "endpoints": "Endpoints", "events": "Event", "limitranges": "LimitRange", "persistentvolumeclaims": "PersistentVolumeClaim",
         "pods": "Pod", "podtemplates": "PodTemplate", "replicationcontrollers": "ReplicationController", "resourcequotas": "ResourceQuota",
         "secrets": "Secret", "serviceaccounts": "ServiceAccount", "services": "Service", "controllerrevisions": "ControllerRevision",
         "daemonsets": "DaemonSet", "deployments": "Deployment", "replicasets": "ReplicaSet", "statefulsets": "StatefulSet",
         "horizontalpodautoscalers": "HorizontalPodAutoscaler", "cronjobs": "CronJob", "jobs": "Job", "leases": "Lease",
         "endpointslices": "EndpointSlice", "ingresses": "Ingress", "networkpolicies": "NetworkPolicy", "poddisruptionbudgets": "PodDisruptionBudget",
         "roles": "Role", "rolebindings": "RoleBinding", "namespaces": "Namespace", "nodes": "Node", "persistentvolumes": "PersistentVolume",
         "ingressclasses": "IngressClass", "clusterroles": "ClusterRole", "clusterrolebindings": "ClusterRoleBinding",
         "priorityclasses": "PriorityClass", "storageclasses": "StorageClass"}
CASES = [*(life_of(kind, sample, True) for kind, sample in [*kind_samples.NAMESPACED.items(), *kind_samples.FULL.items()]),
         *(life_of(kind, sample, False) for kind, sample in kind_samples.CLUSTER_WIDE.items())]


def refusals_of(kind, documents):
    """Dry, so that what is taken is not there for the next."""
    version, resource = kind.split()
    at = f"{root_of(version)}/namespaces/{{{{ns}}}}/{resource}"
    steps = [step("POST", at, body={"metadata": {"name": NAME}, **document}, query={"dryRun": "All", "fieldValidation": "Strict"}) for document in documents]
    return {"id": f"bad-{resource}-{version.replace('/', '-')}", "title": f"refused: {kind}", "steps": steps}


def odd(name, requests):
    """On a ConfigMap and a Deployment that are there."""
    made = [step("POST", odd_requests.MAPS, body=odd_requests.MAP, query={"fieldManager": "maker"}, expect={"status": 201}),
            step("POST", odd_requests.DEPLOYMENTS, body=odd_requests.WEB, query={"fieldManager": "maker"}, expect={"status": 201})]
    return {"id": f"odd-{name}", "title": f"odd requests: {name}", "steps": [*made, *requests]}


CASES += [odd(name, requests) for name, requests in odd_requests.ASKED.items()]
CASES += [refusals_of(kind, documents) for kind, documents in bad_samples.BAD.items()]


class Pair:
    """A real server and ours, both without controllers."""

    def __init__(self):
        self.kube = kube_server.Kube(controllers=False).start()
        try:
            self.ours, self.end = cases.start_alone()
            self.real = self.kube.ready().server()
        except BaseException:
            self.kube.close()
            raise

    def play(self, case):
        return replay_test.play_both(case, self.real, self.ours)

    def close(self):
        self.end()
        self.kube.close()


class Kinds(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if missing := kube_server.missing():
            raise unittest.SkipTest(f"not here: {', '.join(missing)}; ./dev e2e builds them")
        cls.compared, cls.pair = 0, Pair()
        cls.addClassCleanup(cls.pair.close)

    def lived(self, case):
        real, ours = self.pair.play(case)
        self.assertIsNone(real.problem, f"on the real one: {real.problem}")
        Kinds.compared += 1
        self.assertIsNone(ours.problem, f"on ours: {ours.problem}")
        new = [one for one in replay_test.differences(case, real, ours) if not kube_known.reason(one)]
        if new:
            self.fail(f"{case['title']}: the answers differ\n" + "\n".join(map(replay_test.shown, new)))


def add_test(case):
    setattr(Kinds, "test_" + case["id"].replace("-", "_").replace(".", "_"), lambda self: self.lived(case))


for each in CASES:
    add_test(each)


class TableOfDifferences(unittest.TestCase):
    def test_each_row_is_true(self):
        # The tables only shrink. It comes last, by its name.
        if getattr(Kinds, "compared", 0) < len(CASES):
            self.skipTest("not all cases were compared")
        self.assertEqual(kube_known.unused([case["id"] for case in CASES]), [], "mended: take them out (--accept does)")


def play_all(chosen):
    pair = Pair()
    try:
        for case in chosen:
            yield case, *pair.play(case)
    finally:
        pair.close()


if __name__ == "__main__":
    replay_test.main(play_all, CASES)
