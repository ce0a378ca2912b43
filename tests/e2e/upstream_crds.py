"""The CustomResourceDefinitions that projects publish in their Go modules, fetched from the Go module proxy and checked against its
checksum database; kept in Go's module cache."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

GO = shutil.which(os.environ.get("GO", "go"), path=os.environ.get("PATH", "") + ":/usr/local/go/bin")
PATIENCE_S = 300  # for one download

# Module and version -> its manifests.
MODULES = {
    "github.com/argoproj/argo-rollouts@v1.9.0": "manifests/crds/*-crd.yaml",
    "github.com/openkruise/rollouts@v0.6.2": "config/crd/bases/*.yaml",
    "istio.io/api@v1.31.1": "kubernetes/customresourcedefinitions.gen.yaml",
    "sigs.k8s.io/gateway-api@v1.6.0": "config/crd/standard/gateway.networking.k8s.io_*.yaml",
}
DEFINITION = "kind: CustomResourceDefinition"


class Unavailable(Exception):
    """No Go, or no way to its proxy."""


def folder_of(module):
    with tempfile.TemporaryDirectory() as nowhere:  # in no module of ours
        done = subprocess.run([GO, "mod", "download", "-json", module], capture_output=True, text=True, cwd=nowhere, timeout=PATIENCE_S, check=False)
    answer = json.loads(done.stdout or "{}")
    if "Dir" not in answer:
        raise Unavailable(f"{module}: {answer.get('Error', done.stderr)}")
    return pathlib.Path(answer["Dir"])


def files():
    """Module -> its files with definitions, and what belongs to them."""
    if not GO:
        raise Unavailable("no Go to fetch them with")
    return {module: sorted(folder_of(module).glob(pattern)) for module, pattern in MODULES.items()}
