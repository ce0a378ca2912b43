#include "cli/help_text.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace graylane::cli {

namespace {

const std::array<CommandText, 16> kCommands = {{
    {.name = "up",
     .group = "Traffic",
     .purpose = "Serve manifests: Pods as local processes, routes, live edits, a Kubernetes API",
     .usage = {"graylane up [-f <dir-or-file>] [--listen <address:port>] [--admin {<address:port> | off}]",
               "            [--api {<address:port> | off}] [flags]"},
     .details =
         "Deployments become Pods, which are processes of this machine; what stands for a container image is said in "
         "images.yaml beside the manifests. The directory is watched: an edit takes effect as a whole, in all workers, "
         "without a request lost, or not at all when it has errors.\n\n"
         "kubectl and Helm reach the same objects by the API; the kubeconfig is in the state folder (graylane kubeconfig "
         "prints it). Objects outlive the process; without -f those of the state folder are served. A document of the "
         "directory is applied again when it changes; what kubectl changed holds until then.\n\n"
         "SIGTERM and Ctrl-C drain, and so does closing the terminal; a second one ends at once. SIGUSR1 opens the access log "
         "anew; without a terminal SIGHUP does, and reads the directory.\n",
     .examples = {"graylane up -f examples/nginx-canary",
                  "graylane up -f examples/nginx-canary --listen 127.0.0.1:8081 --admin off --api off"},
     .exit_codes =
         {"0  drained and ended",
          "1  an address or the state folder is taken, the state folder holds the objects of another directory, or --strict and "
          "the first load has errors",
          "2  usage"},
     .next = "graylane split shows how the requests divide, graylane explain <url> where one goes"},
    {.name = "demo",
     .group = "Traffic",
     .purpose = "Play a gray release from beginning to end, under load, on this machine",
     .usage = {"graylane demo [-f <dir>] [--keep]"},
     .details =
         "Works on a copy of the example: only the old version; a header to the new one; the header and 20 %; 50 %; 100 %; "
         "the old Service re-pointed; the canary deleted. Each scene shows the asked share beside the measured one, and "
         "how many requests failed.\n",
     .examples = {"graylane demo", "graylane demo --keep"},
     .exit_codes = {"0  no request failed, and every share was as asked", "1  not so", "2  usage"},
     .next = "graylane up -f <dir> does it with your own manifests"},
    {.name = "split",
     .group = "Traffic",
     .purpose = "Show the asked and the measured share of each canary of a running instance",
     .usage = {"graylane split [--state <folder>] [-o {table | json}]"},
     .details = "ASKED and MEASURED are shares of the requests that the weight decides; those that a header or a cookie decides, "
                "of which "
                "BY tells, are in REQUESTS only.\n",
     .examples = {"graylane split", "graylane split -o json", "watch -n 1 graylane split"},
     .exit_codes = {"0  shown", "1  the instance did not answer", "2  usage, or no instance is running"},
     .next = "graylane get routes -o wide shows the routes with their endpoints"},
    {.name = "explain",
     .group = "Traffic",
     .purpose = "Say where a request goes, which rule decided, and why the others did not",
     .usage = {"graylane explain [-f <dir-or-file>] [flags] <url>",
               "graylane explain [-f <dir-or-file>] --requests <file> [-o {text | json}] [flags]"},
     .details = "Without -f: by the table that a running instance routes by.\n\n"
                "The answer is the whole decision: where a draw decides, every version that it could give, with its share. "
                "With --requests many requests are answered, one JSON object a line; see: graylane help requests\n\n"
                "Paths are shown with what they mean here: (Exact); (Prefix) by whole segments, /a matches /a and /a/b, not /ab; "
                "(starts with) by characters, as nginx takes a Prefix that ends with a slash: /a/ matches /a/b, not /a; ~* a "
                "regular expression, on hosts in regex mode. The pathType ImplementationSpecific, or none, counts as Prefix.\n",
     .examples = {"graylane explain -f examples/nginx-canary http://www.example.com/",
                  "graylane explain -f examples/nginx-canary -H 'foo: bar' http://www.example.com/",
                  "graylane explain -f examples/nginx-canary -H 'foo: bar' -o json http://www.example.com/",
                  "echo '{\"host\":\"www.example.com\",\"path\":\"/\"}' | graylane explain -f examples/nginx-canary --requests - "
                  "-o json"},
     .exit_codes = {"0  answered, whatever the answer is",
                    "1  the manifests cannot be read at all, or a line of --requests is wrong", "2  usage"},
     .next = "graylane lint -f <dir-or-file> finds what is wrong with the manifests"},
    {.name = "lint",
     .group = "Objects",
     .purpose = "Find mistakes and silent traps in manifests, and mend those whose fix is certain",
     .usage = {"graylane lint -f <dir-or-file> [--fix [--dry-run]] [-o {text | json}] [flags]"},
     .details = "Prints one finding after the other in the order of the files, each with its place, the reason and what to do. "
                "--fix changes whole files at once, or not at all, and keeps everything that it does not have to change.\n",
     .examples = {"graylane lint -f examples/nginx-canary", "graylane lint -f examples/nginx-canary -o json",
                  "graylane lint -f examples/nginx-canary --fix --dry-run"},
     .exit_codes = {"0  no errors (there may be warnings)", "1  errors, or a file that cannot be read or written", "2  usage"},
     .next = "graylane explain -f <dir-or-file> <url> shows where a request goes"},
    {.name = "get",
     .group = "Objects",
     .purpose = "List objects, or the routes that they make",
     .usage = {"graylane get [-f <dir-or-file>] [<kind>[,<kind>...] [<name>...]] [-n <namespace> | -A]",
               "             [-o {table | wide | name | json | yaml}] [flags]",
               "graylane get [-f <dir-or-file>] <kind>/<name>... [flags]",
               "graylane get [-f <dir-or-file>] routes [-n <namespace>] [-o {table | wide | json | yaml}] [flags]"},
     .details =
         "Without -f: the objects of a running instance, with what its controllers made.\n\n"
         "Kinds have the names that kubectl knows: ingress, ing, services, svc, deploy, pods, ...; none, and all, means every "
         "kind but Events, also those that kubectl get all leaves out. Without -n and -A: the namespace default.\n\n"
         "Routes are those of all namespaces; with -n those whose Ingress, or whose canary, is in that namespace. With "
         "-o wide they have also: POLICY, what happens on the way (redirects, rewrites, address lists with their "
         "lengths, what is closed); ENDPOINTS, of the stable version and the canary; STICKY, what keeps a user with one "
         "version; INGRESS.\n",
     .examples = {"graylane get -f examples/nginx-canary routes", "graylane get -f examples/nginx-canary ingress -o wide",
                  "graylane get -f examples/nginx-canary svc,ingress",
                  "graylane get -f examples/nginx-canary svc old-nginx -o yaml"},
     .exit_codes = {"0  listed, if only an empty list", "1  the manifests cannot be read", "2  usage",
                    "3  no object of that name, or no such kind"},
     .next = "graylane describe -f <dir-or-file> <kind> <name> tells more about one object"},
    {.name = "describe",
     .group = "Objects",
     .purpose = "Show one object: its place in the routing, and what is wrong with it",
     .usage = {"graylane describe [-f <dir-or-file>] <kind> <name> [-n <namespace>] [flags]"},
     .details = "Without -f: an object of a running instance, with its status.\n",
     .examples = {"graylane describe -f examples/nginx-canary ingress gray-release-canary",
                  "graylane describe -f examples/nginx-canary svc/new-nginx"},
     .exit_codes = {"0  shown", "1  the manifests cannot be read", "2  usage", "3  no object of that name, or no such kind"},
     .next = "graylane explain -f <dir-or-file> <url> asks for one request"},
    {.name = "logs",
     .group = "Objects",
     .purpose = "Print what the Pods of an instance have written",
     .usage = {"graylane logs {<pod> | <deployment>} [-n <namespace>] [-c <container>] [-f] [--state <folder>]"},
     .details =
         "The beginning of a Pod's name is enough. Of several Pods whose names begin so, as those of a Deployment, all are "
         "printed, each line with its Pod's name before it. Also of an instance that has ended: what is there is read "
         "from the state folder.\n",
     .examples = {"graylane logs new-nginx", "graylane logs new-nginx -f"},
     .exit_codes = {"0  printed", "1  cannot be read", "2  usage", "3  no Pod of that name"},
     .next = "graylane describe pod <name> says how a Pod is"},
    {.name = "kubeconfig",
     .group = "Access",
     .purpose = "Print the administrator's kubeconfig of an instance",
     .usage = {"graylane kubeconfig [--state <folder>]"},
     .details = "Everything is embedded, so it works from any folder. Whoever has it is admin: give others a token.\n",
     .examples = {"graylane kubeconfig > ~/.kube/graylane", "KUBECONFIG=.graylane/kubeconfig kubectl get all -A"},
     .exit_codes = {"0  printed", "1  cannot be read", "2  usage", "3  no instance with an API has run here"},
     .next = "graylane token makes less than that, for others"},
    {.name = "token",
     .group = "Access",
     .purpose = "Make a bearer token for the API, or list and end those there are",
     .usage = {"graylane token --role {viewer | operator | admin} [--user <name>] [-n <namespace>]",
               "               [--state <folder>]", "graylane token {--list | --remove <id>} [--state <folder>]"},
     .details =
         "The token alone is on stdout, and it is kept nowhere else: the state folder has only its hash. It holds at once, also "
         "in an instance that runs, until it is removed. The state folder must be there: the first graylane up makes it.\n\n"
         "  viewer    reads all but Secrets\n"
         "  operator  also writes what lives in namespaces; still no Secrets, quotas or roles\n"
         "  admin     everything; Helm needs it, in its namespace, as it keeps releases in Secrets\n\n"
         "With --namespace the role holds there only. An operator can run programs on this machine, as the user who runs "
         "Graylane.\n",
     .examples = {"graylane token --role viewer", "TOKEN=$(graylane token --role operator --user ann --namespace shop)",
                  "graylane token --list"},
     .exit_codes = {"0  done", "1  a name is refused, or the state folder cannot be read or written", "2  usage",
                    "3  no state folder, or no token of that id"},
     .next = "graylane kubeconfig has the address and the CA that go with it"},
    {.name = "backup",
     .group = "Access",
     .purpose = "Copy the objects of an instance to a new file, while it runs or not",
     .usage = {"graylane backup <file> [--state <folder>]"},
     .details =
         "One state, as of some moment of the call. A file that is there is never replaced. What is copied is checked: a store "
         "that is damaged, lacks what was acknowledged, or has a format of another version, is refused. Pods and their endpoints "
         "are not part of it: they are made anew.\n",
     .examples = {"graylane backup objects.backup"},
     .exit_codes = {"0  the copy is complete", "1  there is none: why is on stderr", "2  usage"},
     .next = "graylane restore <file> brings it back"},
    {.name = "restore",
     .group = "Access",
     .purpose = "Put the objects of a backup into a state folder that no instance uses",
     .usage = {"graylane restore <file> [--state <folder>]"},
     .details = "The backup is checked whole before anything changes; a copy of objects.db that was made from a store in use is "
                "none, since its log is missing. What was there is kept beside it.\n",
     .examples = {"graylane restore objects.backup"},
     .exit_codes = {"0  restored", "1  nothing was changed: why is on stderr", "2  usage"},
     .next = "graylane up serves it"},
    {.name = "doctor",
     .group = "Other",
     .purpose = "Say what this machine lacks for running an instance, and how to mend it",
     .usage = {"graylane doctor [-f <dir-or-file>] [--listen <address:port>] [--admin <address:port>]",
               "                [--api <address:port>] [--state <folder>]"},
     .details =
         "The ports that flags name must be free. Without flags those of the instance that holds the state folder are shown, and "
         "where none does, it is those of graylane up that must be free.\n\n"
         "Of the state folder: whether it can be written to, the room on its disk, whether its file of tokens can be read, and "
         "whether the instance that holds it can write objects.\n",
     .examples = {"graylane doctor", "graylane doctor -f examples/nginx-canary"},
     .exit_codes = {"0  nothing is lacking", "1  something is", "2  usage"},
     .next = "graylane up -f <dir-or-file>"},
    {.name = "version",
     .group = "Other",
     .purpose = "Print the version of the program and of what it is built from",
     .usage = {"graylane version [-o {text | json}]"},
     .details = "",
     .examples = {"graylane version", "graylane version -o json"},
     .exit_codes = {"0  printed", "2  usage"},
     .next = "graylane help lists the commands"},
    {.name = "completion",
     .group = "Other",
     .purpose = "Print a script that completes commands and flags in a shell",
     .usage = {"graylane completion {bash | zsh | fish}"},
     .details = "",
     .examples = {"source <(graylane completion bash)", "graylane completion zsh > \"${fpath[1]}/_graylane\"",
                  "graylane completion fish > ~/.config/fish/completions/graylane.fish"},
     .exit_codes = {"0  printed", "2  usage"},
     .next = "put the line of the example into your shell's start file"},
    {.name = "help",
     .group = "Other",
     .purpose = "Explain a command or a topic",
     .usage = {"graylane help [<command> | <topic>]"},
     .details = "",
     .examples = {"graylane help explain", "graylane help requests", "graylane help compat"},
     .exit_codes = {"0  printed", "2  no such command or topic"},
     .next = "graylane explain -f examples/nginx-canary http://www.example.com/"},
}};

const std::array<TopicText, 5> kTopics = {{
    {"exit-codes", "what the exit codes mean",
     "0  ok\n"
     "1  failed: the input cannot be read, lint found errors, a line of --requests is wrong\n"
     "2  usage: unknown command or flag, a value that cannot be\n"
     "3  not found: no object of that name\n"
     "\n"
     "explain exits 0 whatever the answer is: that a request gets 404 is an answer. A reader of stdout that goes away "
     "(| head) is no failure.\n"},
    {"requests", "the lines of explain --requests",
     "One JSON object a line in, in UTF-8, and one out, in the same order; blank lines are skipped. Host and path are required.\n"
     "\n"
     "  method      \"GET\"\n"
     "  proto       \"http/1.1\", \"http/1.0\", \"h2\" (which implies https) or \"h2c\"\n"
     "  scheme      \"http\" or \"https\": the connection\n"
     "  host        as in the Host header or :authority; a header named Host does not replace it\n"
     "  path        with query, as sent\n"
     "  headers     [[\"Name\",\"value\"],...] in the order of the wire; cookies are headers named Cookie\n"
     "  client_ip   \"127.0.0.1\"\n"
     "\n"
     "Other keys are yours: they come back in \"request\". What comes out:\n"
     "\n"
     "  {\"request\":{...},\"decision\":\"stable|canary|default|none\",\n"
     "   \"to\":[{\"service\":\"NS/NAME\",\"port\":80,\"share\":0.8,\n"
     "          \"path\":\"/as/forwarded\",\"host\":\"as.forwarded\"},...],\n"
     "   \"status\":null|404,\"location\":null|\"...\",\n"
     "   \"trace\":[{\"rule\":\"...\",\"matched\":true,\"why\":\"...\",\"at\":\"FILE:LINE:COL\"}]}\n"
     "\n"
     "\"to\" is every destination that a draw could give, and empty when the gateway itself answers with \"status\".\n"
     "A line that cannot be read gives {\"error\":\"...\",\"at\":\"FILE:LINE:COL\"} in its place, the same on stderr, and exit "
     "code 1 after all other lines are answered. Limits: 1 MiB a line, 10,000,000 lines; memory does not grow with their "
     "number.\n"},
    {"compat", "where Graylane reads ingress-nginx annotations more safely",
     "The default is what ingress-nginx really does, with four exceptions. --compat switches them back:\n"
     "\n"
     "  nameless-cookie     \"Cookie: =always\" forces the canary when no canary-by-cookie is set\n"
     "  cross-namespace     a canary attaches to a stable version of another namespace\n"
     "  shared-service      a canary applies wherever its stable Service and port are used\n"
     "  older-canary-404    a canary older than the stable Ingress of the same Service takes its location away\n"
     "\n"
     "--compat=safe is none of them, --compat=exact all four; single ones with + and -: --compat=safe,+cross-namespace\n"},
    {"splits", "how requests are divided by weight",
     "--split=exact (default) keeps within 2 requests of the asked share in any window, of any length, without a pattern "
     "that a client could fall into step with. --split=random draws for every request, as nginx does. The annotation "
     "graylane.dev/split-by: cookie:NAME | header:NAME | source-ip keeps each user with one version.\n"},
    {"classes", "which Ingresses are ours",
     "spec.ingressClassName names an IngressClass object: its controller decides (--controller-class). Without such an object "
     "its name decides (--ingress-class, default nginx,graylane), else the annotation kubernetes.io/ingress.class, else the "
     "default class. An Ingress without any class is ours (--watch-ingress-without-class), unless --ingress-class is given. "
     "--ingress-class-by-name takes a class of one of these names whatever its controller.\n"},
}};

}  // namespace

std::span<const CommandText> command_texts() { return kCommands; }

const CommandText& command_text(std::string_view name) {
  const auto* found = std::ranges::find(kCommands, name, &CommandText::name);
  assert(found != kCommands.end());
  return *found;
}

std::span<const TopicText> topic_texts() { return kTopics; }

}  // namespace graylane::cli
