#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "cli/help_text.h"
#include "cli/suggest.h"

namespace graylane::cli {

namespace {

constexpr auto kInstance = "Instance";
constexpr auto kManifests = "Manifests";
constexpr auto kPods = "Pods";
constexpr auto kReading = "Reading Ingresses (spelled as ingress-nginx spells them)";
constexpr auto kRequest = "Request";
constexpr auto kOutput = "Output";
constexpr auto kServing = "Serving";
constexpr auto kAccess = "Access";

/// A flag with a value; the last one counts.
CLI::Option* value(CLI::App& app, const std::string& names, std::string& into, const char* placeholder, const std::string& text,
                   const char* group) {
  return app.add_option(names, into, text)
      ->type_name(placeholder)
      ->group(group)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

/// The placeholder is what the value is checked against, see check_values().
void choice(CLI::App& app, const std::string& names, std::string& into, const char* choices, const std::string& text,
            const char* group) {
  value(app, names, into, choices, text, group);
}

/// A switch that may be given a value, as Go's flags: --x, --x=false.
void boolean(CLI::App& app, const std::string& name, std::string& into, const std::string& text) {
  app.add_flag(name, into, text)->group(kReading)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void plain_switch(CLI::App& app, const std::string& names, bool& into, const std::string& text, const char* group) {
  app.add_flag(names, into, text)->group(group)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_state_flag(CLI::App& app, std::string& state) {
  value(app, "--state", state, "<folder>", "the state folder of the instance; default .graylane", kInstance);
}

void add_ingress_flags(CLI::App& app, ReadFlags& read);

/// Of commands that read manifests, or ask a running instance when none are named.
void add_read_flags(CLI::App& app, ReadFlags& read) {
  add_state_flag(app, read.state);
  add_ingress_flags(app, read);
  boolean(app, "--tls-listener", read.tls_listener, "assume a listener for https, so that ssl-redirect has somewhere to lead");
}

void add_ingress_flags(CLI::App& app, ReadFlags& read) {
  value(app, "-f,--filename", read.path, "<dir-or-file>", "manifests: a directory, read with all its folders, or one file",
        kManifests);
  value(app, "--compat", read.compat, "<words>", "safe, exact, or safe with exceptions: safe,+cross-namespace (help compat)",
        kReading);
  choice(app, "--split", read.split, "{exact | random}", "how weights divide requests (help splits)", kReading);
  value(app, "--ingress-class", read.ingress_class, "<names>",
        "classes that are ours, with commas; default nginx,graylane (help classes)", kReading);
  value(app, "--controller-class", read.controller_class, "<names>", "controllers of an IngressClass that are ours", kReading);
  boolean(app, "--watch-ingress-without-class", read.watch_ingress_without_class,
          "Ingresses without a class are ours; the default unless --ingress-class is given");
  boolean(app, "--ingress-class-by-name", read.ingress_class_by_name,
          "a class of one of our names is ours, whatever its controller");
  boolean(app, "--disable-catch-all", read.disable_catch_all, "leave out Ingresses with a default backend");
  boolean(app, "--enable-annotation-validation", read.enable_annotation_validation,
          "refuse values of annotations that ingress-nginx refuses (default true)");
}

constexpr auto kKubectl = "KUBECONFIG=.graylane/kubeconfig kubectl";
constexpr std::array<std::string_view, 8> kFlagsOfKubectlGet = {
    "-w", "--watch", "-l", "--selector", "-L", "--show-labels", "--field-selector", "--sort-by"};
constexpr std::array<std::string_view, 23> kVerbsOfKubectl = {
    "annotate", "api-resources", "apply",  "auth",  "cordon", "create", "delete", "diff",
    "drain",    "edit",          "events", "exec",  "expose", "label",  "patch",  "port-forward",
    "replace",  "rollout",       "run",    "scale", "set",    "top",    "wait"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_switch(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

/// Of those that say how to read Ingresses some may be empty, and of those that can be repeated.
bool is_empty(const CLI::Option& option) {
  if (!option.nonpositional()) return std::ranges::any_of(option.results(), &std::string::empty);
  const bool needs_value = option.nonpositional() && !is_switch(option) && option.get_group() != kReading &&
                           option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeLast;
  return needs_value && option.count() > 0 && option.results().back().empty();
}

std::string spelled(const CLI::App& app) { return app.get_parent() == nullptr ? "graylane" : "graylane " + app.get_name(); }

}  // namespace

CommandLine::CommandLine() : root_("", "graylane") {
  root_.set_help_flag("");
  root_.require_subcommand(0, 1);
  root_.allow_extras();
  plain_switch(root_, "-h,--help", help, "print this", kOutput);
  plain_switch(root_, "--version", show_version, "print the version; more with: graylane version", kOutput);
  plain_switch(root_, "--no-color", no_color, "no colours; also with NO_COLOR set, and when stdout is no terminal", kOutput);
  add_explain();
  add_lint();
  add_get();
  add_describe();
  add_up();
  add_watching();
  add_access();
  add_trying();
  add_others();
}

CLI::App& CommandLine::add(std::string_view name) {
  const CommandText& text = command_text(name);
  CLI::App& app = *root_.add_subcommand(std::string(name), std::string(text.purpose));
  app.group(std::string(text.group));
  app.set_help_flag("");
  app.allow_extras();
  return app;
}

void CommandLine::add_explain() {
  CLI::App& app = add("explain");
  app.add_option("url", explain.url, "what to ask for; without a scheme it is http; user names and #fragments do not count")
      ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  value(app, "-X,--request", explain.method, "<method>", "the method; default GET", kRequest);
  app.add_option("-H,--header", explain.headers,
                 "a header, as often as needed; 'Name:' sends it empty; Host replaces the host of the URL")
      ->type_name("'<name>: <value>'")
      ->group(kRequest)
      ->allow_extra_args(false);
  app.add_option("-b,--cookie", explain.cookies, "cookies: 'a=1; b=2'; several are joined to one header")
      ->type_name("<cookies>")
      ->group(kRequest)
      ->allow_extra_args(false);
  value(app, "--client-ip", explain.client_ip, "<address>", "where the request comes from; default 127.0.0.1", kRequest);
  value(app, "--requests", explain.requests, "<file>", "requests, one JSON object a line; - is standard input (help requests)",
        kRequest);
  add_read_flags(app, explain.read);
  choice(app, "-o,--output", explain.output, "{text | json}", "json: one object a line", kOutput);
}

void CommandLine::add_lint() {
  CLI::App& app = add("lint");
  plain_switch(app, "--fix", lint.fix, "change the files where the fix is certain", kManifests);
  plain_switch(app, "--dry-run", lint.dry_run, "with --fix: print what would change, as a unified diff", kManifests);
  add_read_flags(app, lint.read);
  choice(app, "-o,--output", lint.output, "{text | json}", "json: one object with all findings", kOutput);
}

void CommandLine::add_get() {
  CLI::App& app = add("get");
  app.add_option("kind", get.kind,
                 "ingress, svc, deploy, ..., several with commas, or routes; none, or all: objects of all kinds");
  app.add_option("name", get.names, "an object, or several; <kind>/<name> says both in one word");
  value(app, "-n,--namespace", get.ns, "<namespace>", "default: default; for routes: all", kManifests);
  plain_switch(app, "-A,--all-namespaces", get.all_namespaces, "objects of all namespaces", kManifests);
  add_read_flags(app, get.read);
  choice(app, "-o,--output", get.output, "{table | wide | name | json | yaml}",
         "wide adds where each object is defined, and of routes the policy, endpoints, stickiness and Ingress", kOutput);
}

void CommandLine::add_describe() {
  CLI::App& app = add("describe");
  app.add_option("kind", describe.kind, "ingress, svc, deploy, ...");
  app.add_option("name", describe.name, "the object");
  value(app, "-n,--namespace", describe.ns, "<namespace>", "default: default", kManifests);
  add_read_flags(app, describe.read);
}

void CommandLine::add_up() {
  CLI::App& app = add("up");
  add_ingress_flags(app, up.read);
  value(app, "--state", up.read.state, "<folder>", "where the instance keeps its state; default .graylane", kServing);
  plain_switch(app, "--strict", up.strict, "end with exit code 1 when the first load has errors", kManifests);
  plain_switch(app, "--replace-directory", up.replace_directory,
               "let -f take the place of the directory that the objects of the state folder are from, or follow it when it was "
               "moved: what it does not define is deleted",
               kManifests);
  value(app, "--listen", up.listen, "<address:port>", "where requests come in; default 127.0.0.1:8080", kServing);
  value(app, "--admin", up.admin, "<address:port>", "health and metrics, or off; default 127.0.0.1:9180", kServing);
  value(app, "--api", up.api, "<address:port>", "the Kubernetes API, or off; default 127.0.0.1:6443", kServing);
  value(app, "--workers", up.workers, "<number>", "threads that serve; default: as many as there are cores", kServing);
  value(app, "--access-log", up.access_log, "<file>", "a line for each request; - is standard output; default off", kServing);
  choice(app, "--access-log-format", up.access_log_format, "{nginx | json}", "nginx: as ingress-nginx writes it", kServing);
  value(app, "--drain-timeout", up.drain_timeout, "<time>",
        "how long requests may take to end after SIGTERM, such as 500ms; default 5s", kServing);
}

void CommandLine::add_watching() {
  CLI::App& splits = add("split");
  add_state_flag(splits, split.read.state);
  choice(splits, "-o,--output", split.output, "{table | json}", "json: one object a line", kOutput);
  CLI::App& log = add("logs");
  log.add_option("pod", logs.pod, "a Pod, or the beginning of its name; of a Deployment's name: all its Pods");
  add_state_flag(log, logs.state);
  value(log, "-n,--namespace", logs.ns, "<namespace>", "default: default", kPods);
  value(log, "-c,--container", logs.container, "<name>", "of several containers, this one", kPods);
  plain_switch(log, "-f,--follow", logs.follow, "go on until interrupted", kOutput);
}

void CommandLine::add_access() {
  add_state_flag(add("kubeconfig"), kubeconfig.state);
  CLI::App& tokens = add("token");
  add_state_flag(tokens, token.state);
  choice(tokens, "--role", token.role, "{viewer | operator | admin}", "what its holder may do", kAccess);
  value(tokens, "--user", token.user, "<name>", "who that is, for the audit log; default: a name of the token's own", kAccess);
  value(tokens, "-n,--namespace", token.ns, "<namespace>", "in this namespace only; it need not exist yet", kAccess);
  plain_switch(tokens, "--list", token.list, "which tokens there are; the tokens themselves are kept nowhere", kAccess);
  value(tokens, "--remove", token.remove, "<id>", "end a token, at once", kAccess);
  for (const char* name : {"backup", "restore"}) {
    CLI::App& app = add(name);
    app.add_option("file", copy.file, "the backup");
    add_state_flag(app, copy.state);
  }
}

void CommandLine::add_trying() {
  CLI::App& doctors = add("doctor");
  value(doctors, "-f,--filename", doctor.path, "<dir-or-file>", "look also at what these manifests need", kManifests);
  add_state_flag(doctors, doctor.state);
  value(doctors, "--listen", doctor.listen, "<address:port>", "as for up", kServing);
  value(doctors, "--admin", doctor.admin, "<address:port>", "as for up", kServing);
  value(doctors, "--api", doctor.api, "<address:port>", "as for up", kServing);
  CLI::App& demos = add("demo");
  value(demos, "-f,--filename", demo.path, "<dir>", "the example; default examples/nginx-canary", kManifests);
  plain_switch(demos, "--keep", demo.keep, "stay up at the end, to try things by hand", kServing);
}

void CommandLine::add_others() {
  CLI::App& version = add("version");
  choice(version, "-o,--output", version_output, "{text | json}", "json: one object", kOutput);
  add("completion").add_option("shell", shell, "bash, zsh or fish");
  add("help").add_option("topic", topic, "a command or a topic");
  for (CLI::App* app : root_.get_subcommands({})) {
    plain_switch(*app, "-h,--help", help, "print this", kOutput);
    plain_switch(*app, "--no-color", no_color, "no colours; also with NO_COLOR set, and when stdout is no terminal", kOutput);
  }
}

const CLI::App* CommandLine::find(std::string_view command) const {
  const auto found = root_.get_subcommands([&](const CLI::App* app) { return app->get_name() == command; });
  return found.empty() ? nullptr : found.front();
}

std::string CommandLine::command() const {
  const auto parsed = root_.get_subcommands();
  return parsed.empty() ? std::string() : parsed.front()->get_name();
}

std::vector<std::string> CommandLine::spell(const std::vector<std::string>& arguments) const {
  std::vector<std::string> out;
  const CLI::App* app = &root_;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      out.insert(out.end(), arguments.begin() + static_cast<ptrdiff_t>(i), arguments.end());
      break;
    }
    const CLI::App* command = app == &root_ ? find(argument) : nullptr;
    if (command != nullptr) app = command;
    const size_t equals = argument.starts_with('-') ? argument.find('=') : argument.npos;
    const std::string name = argument.substr(0, equals);
    const CLI::Option* option = name.starts_with('-') && name.size() > 1 ? app->get_option_no_throw(name) : nullptr;
    const bool has_next = i + 1 < arguments.size();
    if (option == nullptr) {
      out.push_back(argument);
    } else if (is_switch(*option)) {
      const bool joins = equals == argument.npos && has_next && is_bool_word(arguments[i + 1]);
      out.push_back(joins ? argument + "=" + arguments[++i] : argument);
    } else {
      out.push_back(name);
      if (equals != argument.npos) out.push_back(argument.substr(equals + 1));
      else if (has_next) out.push_back(arguments[++i]);
    }
  }
  return out;
}

Result<void> CommandLine::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> spelled = spell(arguments);
  std::reverse(spelled.begin(), spelled.end());  // as CLI11 wants it
  try {
    root_.parse(std::move(spelled));
  } catch (const CLI::ArgumentMismatch& error) {
    return misuse(std::string(error.what()).substr(0, std::string_view(error.what()).find(':')) + " needs a value");
  } catch (const CLI::ParseError& error) {
    return misuse(error.what());
  }
  if (auto checked = check_rest(root_); !checked) return checked;
  const CLI::App* app = find(command());
  if (app == nullptr) return {};
  if (auto checked = check_rest(*app); !checked) return checked;
  return check_values(*app);
}

std::unexpected<Error> CommandLine::misuse(std::string what) const {
  return fail(ErrorCode::kInvalid, std::move(what), {},
              command().empty() ? "see: graylane help" : "see: graylane help " + command());
}

/// Mostly of a variable that is not set: who writes --namespace "$NS" does not mean all of them.
std::unexpected<Error> CommandLine::no_value(const CLI::Option& option) const {
  if (!option.nonpositional())
    return fail(ErrorCode::kInvalid, fmt::format("the <{}> is empty", option.get_name(true)), {}, "give it, or leave it away");
  return fail(ErrorCode::kInvalid, fmt::format("{} has an empty value", option.get_name()), {},
              "give it one, or leave the flag away");
}

Result<void> CommandLine::check_values(const CLI::App& app) const {
  for (const CLI::Option* option : app.get_options()) {
    if (is_empty(*option)) return no_value(*option);
    const std::vector<std::string> choices = choices_of(*option);
    if (choices.empty() || option->count() == 0) continue;
    const std::string& given = option->results().back();
    if (std::ranges::find(choices, given) != choices.end()) continue;
    const std::string meant = nearest(given, choices);
    return fail(
        ErrorCode::kInvalid, fmt::format("{} cannot be \"{}\"", option->get_name(), given), {},
        meant.empty() ? fmt::format("write one of {}", fmt::join(choices, ", ")) : fmt::format("did you mean {}?", meant));
  }
  return {};
}

std::unexpected<Error> CommandLine::further_argument(const CLI::App& app, const std::string& argument) const {
  std::string what = fmt::format("{} takes no further argument: \"{}\"", spelled(app), argument);
  const bool reads = app.get_option_no_throw("-f") != nullptr && app.get_option_no_throw("--filename") != nullptr;
  if (!reads || std::ranges::any_of(app.get_options(), [](const CLI::Option* option) { return !option->nonpositional(); }))
    return misuse(std::move(what));
  return fail(ErrorCode::kInvalid, std::move(what), {}, fmt::format("did you mean {} -f {}?", spelled(app), argument));
}

/// What kubectl has and is not here yet.
std::unexpected<Error> CommandLine::not_yet(const std::string& flag) const {
  return fail(ErrorCode::kInvalid, fmt::format("{} {} is not there yet", spelled(*find(command())), flag), {},
              fmt::format("{} get ... has it, of a running instance", kKubectl));
}

std::unexpected<Error> CommandLine::of_kubectl(const std::string& verb) const {
  return fail(ErrorCode::kInvalid, fmt::format("{} is a command of kubectl", verb), {},
              fmt::format("{} {} ..., while graylane up is running", kKubectl, verb));
}

Result<void> CommandLine::check_rest(const CLI::App& app) const {
  std::vector<std::string> rest = app.remaining();
  if (const auto mark = std::ranges::find(rest, "--"); mark != rest.end()) rest.erase(mark);  // CLI11 keeps it
  if (rest.empty()) return {};
  const bool is_top = app.get_parent() == nullptr;
  const bool is_flag = rest.front().starts_with("-");
  if (!is_flag && !is_top) return further_argument(app, rest.front());
  const std::string word = is_flag ? rest.front().substr(0, rest.front().find('=')) : rest.front();
  if (command() == "get" && contains(kFlagsOfKubectlGet, word)) return not_yet(word);
  if (is_top && contains(kVerbsOfKubectl, word)) return of_kubectl(word);
  std::string what = fmt::format("unknown {} \"{}\"", is_flag ? "flag" : "command", word);
  const std::string meant = nearest(word, is_flag ? flag_names(app) : command_names());
  if (!meant.empty()) return fail(ErrorCode::kInvalid, std::move(what), {}, fmt::format("did you mean {}?", meant));
  if (is_top && is_flag)
    return fail(ErrorCode::kInvalid, std::move(what), {}, "write flags after the command; see: graylane help");
  return misuse(std::move(what));
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  std::vector<std::string> choices;
  const std::string placeholder = option.get_type_name();
  std::string_view text = placeholder;
  if (!text.starts_with('{') || !text.ends_with('}')) return choices;
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    choices.emplace_back(text.substr(0, text.find(" | ")));
    text.remove_prefix(std::min(text.size(), choices.back().size() + 3));
  }
  return choices;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandText& text : command_texts()) names.emplace_back(text.name);
  return names;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

}  // namespace graylane::cli
