"""How our answers differ from those of a real kube-apiserver, on purpose or not yet mended: replay_test.py allows nothing else, and wants
each row to be true still.

Each row: a pattern of the case's name and request, one of what differs (its path in the answer), both from the beginning, and why; where
a case has other differences of that path, also a pattern of "REAL | OURS".
One of SOMETIMES is a matter of time or of what else is there. What is to be mended stands in not_yet.tsv: case, step, path."""
import pathlib
import re

ALWAYS = [
    ("disc-version", "(git|goVersion|compiler|buildDate)", "it is another program"),
    ("disc-api ", "serverAddressByClientCIDRs", "no client of today reads it"),
    ("(disc-a|crd-establish)", "header (vary|etag)", "these documents are kept by clients too"),
    ("disc-", r"(groups|items)\[(apiregistration|certificates|node|resource|flowcontrol\.apiserver)\.k8s\.io\]$", "groups that are not served"),
    ("disc-", r"(groups|items)\[(extensions|metrics\.k8s\.io)\]$", "the old Ingress, and what local Pods use, are served"),
    ("disc-", r"(groups|items)\[(networking|discovery)\.k8s\.io\]\.versions\[.*v1beta1\]$", "old versions that manifests still have are served"),
    ("disc-agg-v2", r"items\[(networking|storage)\.k8s\.io\]\.versions\[v1\]\.resources\[(ipaddresses|servicecidrs|csi|volumeattach|volumeattr)",
     "kinds of networks and disks"),
    ("disc-agg-v2", r"items\[admissionregistration\.k8s\.io\]\.versions\[v1\]\.resources\[mutatingadmissionpolic", "policies that change objects"),
    ("kind-persistentvolume", r"(rows\[0\]\.object\.)?metadata\.(finalizers|deletion(Timestamp|GracePeriodSeconds))$", "nobody here would take the finalizer off"),
    ("kind-nodes", "spec\\.taints$", "nobody here would take the taint off"),
    ("kind-nodes", r"status\.(daemonEndpoints|nodeInfo)\.", "what a node never told is absent"),
    ("disc-agg-v2", r"items\[.*\]\.responseKind\.(group|version)$", "said in full"),
    ("(disc-rl|read-core)", r"resources\[(componentstatuses|nodes/proxy|services/proxy|serviceaccounts/token)\]$", "not served"),
    ("(disc-rl|read-core)", r"resources\[pods/(attach|ephemeralcontainers|exec|portforward|proxy|resize)\]$", "not served"),
    ("(disc-rl|read-core|crd-establish)", r"resources\[.*\]\.storageVersionHash$", "each kind is stored in one form"),
    ("disc-openapi-v2", "text", "fields are described in words of our own"),
    ("", r".*columnDefinitions\[.*\]\.description$", "so are columns"),
    ("read-root-paths", r"paths\[", "other groups, other checks"),
    ("read-health", "text", "other checks"),
    ("", "status", "what the client did wrong is no error of the server", r"500 (.{20}).* \| 400 \1"),
    ("(patch-json-test|own-patch-cm(3[34589]|4[2369])-json)", r"details(\.(causes|kind|name))?$", "says which operation failed, and why"),
    ("odd-json-patches", "status", "what RFC 6902 calls no patch: a path without its '/', an operation without its value", "200 \\| 422 "),
    ("odd-json-patches", "status", "the whole may be put in, as in RFC 6902; then it has no name", "422 .* \\| 400 "),
    ("(patch-strict|own-patch-cm[34]-)", r"(message|details\.causes\[0\]\.message)$", "the object is printed in another order",
     ".*is invalid: patch: Invalid value: .* \\| .*is invalid: patch: Invalid value: |Invalid value: .* \\| Invalid value: "),
    ("patch-415", "message", "says which types are served", "415: Unsupported Media Type \\| "),
    ("update-uid-mismatch", "message", "says nothing of the store's inside", ".*StorageError: "),
    ("read-(406-form|discovery-406)", "message", "other languages are served", ".*(protobuf|representations: application/json \\|)"),
    ("read-partial-shape", "message", "says nothing of Go's types", r".*\(\*core\."),
    ("own-patch-cm1[48]-", r"details\.causes\[\d\]$", "what several checks find is told once"),
    ("read-review-(exactly-one|metadata)", r"(message|details\.causes\[0\]\.message)$", "what was sent is shown as it was sent", ".*Invalid value: {"),
    ("read-review-", r"metadata\.managedFields$", "what is not stored has no owners"),
    (".*/customresourcedefinitions", r"status\.", "a definition is established at once"),
    (".*/customresourcedefinitions", r"metadata\.managedFields\[kube-apiserver/Update/status\]$", "and what the server says of it is nobody's"),
    ("(kubectl-can-i-list|read-review-rules)", r"status\.", "the rules of our three roles"),
    ("read-review-self", r"status\.userInfo", "tokens have names of their own"),
    ("kind-controllerrevisions", "status", "who patches something else changes no data", r"422 .* field is immutable \| 200"),
    ("(kind|own-rule)-daemonsets", r"(rows\[0\]\.object\.)?metadata\.(annotations|managedFields\[.*\]\.fieldsV1\.f:metadata(\.f:annotations)?$)",
     "an annotation that is deprecated, and that nothing here reads"),
    ("(bad-configmaps|odd-applies)", r"metadata\.resourceVersion", "what is only tried has no revision"),
    ("odd-accepts", "status", "application/* is any of what is served", r"406 .* \| 200"),
    ("odd-bodies", "status", "text that is no UTF-8 is refused", r".* \| 400 .*half of a surrogate pair"),
    ("odd-paths", "status", "parts that are not served", r"404 (nodes|pods) .* \| 501 "),
    ("odd-paths", "status", "a slash behind a check does no harm", r"404 \| 200"),
    ("odd-paths", "(header content-type|text)$", "the old group of Ingresses is served", ".*(absent|text/plain|404 page).* \\| .*(application/json|could not find)"),
    ("odd-paths", "status", "a watch of nothing is not there", r"500 \| 404 "),
    ("seed-kruise-v1alpha1", r"spec\.objectRef", "there it is lost without the project's conversion webhook"),
]
SOMETIMES = [
    ("disc-a", r"(groups|items)\[order\]$", "the order of groups is that of our tables"),
    ("", r".*managedFields\[order\]$", "they are sorted by the second in which they were written"),
    ("(crd-establish|odd-paths)", r"(groups\[|resources\[|paths\[|header (vary|etag)|serverAddress|git|goVersion|compiler|buildDate)", "as in disc-"),
    ("(bad|odd)-", r"(message$|details)", "where no recorded case fixes the words they are our own"),
]


def compiled(rows):
    return [(row, re.compile(row[0]), re.compile(row[1]), re.compile(row[3], re.S) if len(row) > 3 else None) for row in rows]


ALL, USED = compiled(ALWAYS) + compiled(SOMETIMES), set()
FILE = pathlib.Path(__file__).with_name("not_yet.tsv")
NOT_YET = set(FILE.read_text(encoding="utf-8").splitlines()) if FILE.exists() else set()


def line_of(difference):
    """What is filled in wrongly is so in every step of a life; a request that is answered wrongly stands for itself."""
    step = "*" if difference.case.startswith("kind-") else difference.step
    return f"{difference.case}\t{step}\t{difference.path}"


def on_purpose(difference):
    """Why it differs; None: not on purpose."""
    for row, case, path, said in ALL:
        if not case.match(f"{difference.case} {difference.request}") or not path.match(difference.path):
            continue
        if said is None or said.match(f"{difference.real} | {difference.ours}"):
            USED.add(row)
            return row[2]
    return None


def reason(difference):
    """Why it may differ; None: it may not."""
    if why := on_purpose(difference):
        return why
    if (line := line_of(difference)) in NOT_YET:
        USED.add(line)
        return "not yet mended"
    return None


def unused(cases):
    """What the tables say of these cases and is not so any more."""
    rows = [row for row in ALWAYS if row not in USED and any(re.match(row[0], case + " ") for case in cases)]
    return rows + sorted(line for line in NOT_YET - USED if line.split("\t")[0] in cases)


def accept(found, cases):
    """Writes down what was found of these cases: afterwards it is known."""
    kept = {line for line in NOT_YET if line.split("\t")[0] not in cases}
    lines = kept | {line_of(one) for one in found if not on_purpose(one)}
    FILE.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
