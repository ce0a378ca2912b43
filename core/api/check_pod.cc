// The rules of Pods and of what makes Pods between fields.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

using Names = std::set<std::string, std::less<>>;

constexpr std::array kHandlers = {"exec", "httpGet", "tcpSocket", "grpc"};
constexpr std::array kProbes = {"livenessProbe", "readinessProbe", "startupProbe"};

/// Calls visit(object, value, path) for every entry of a list that is an object.
template <class Visit>
void each(const doc::Object& owner, const char* list, const Path& path, Visit visit) {
  const doc::Array* items = find_array(owner, list);
  Path list_path(&path, list);
  for (size_t i = 0; items && i < items->size(); ++i) {
    if (const doc::Object* object = (*items)[i].as_object()) visit(*object, (*items)[i], Path(&list_path, i));
  }
}

void check_env(const doc::Object& env, const doc::Value& value, const Path& path, Report& report) {
  const std::string* text = find_text(env, "value");
  const doc::Value* from = env.find("valueFrom");
  if (text && !text->empty() && from)
    report.error("invalid-value", path, value.at(), "has both value and valueFrom", "keep one of them");
  const doc::Object* sources = from ? from->as_object() : nullptr;
  if (sources && sources->size() != 1)
    report.error("invalid-value", Path(&path, "valueFrom"), from->at(), "must have exactly one source");
}

void check_probes(const doc::Object& container, const Path& path, Report& report) {
  for (const char* name : kProbes) {
    const doc::Value* probe = container.find(name);
    if (!probe || !probe->is_object()) continue;
    auto handlers = std::ranges::count_if(kHandlers, [&](const char* h) { return probe->find(h) != nullptr; });
    if (handlers == 1) continue;
    report.error(handlers == 0 ? "missing-field" : "invalid-value", Path(&path, name), probe->at(),
                 "must have exactly one of httpGet, tcpSocket, exec and grpc",
                 handlers == 0 ? "add one of them" : "keep one of them");
  }
}

void check_mounts(const doc::Object& container, const Names& volumes, const Path& path, Report& report) {
  each(container, "volumeMounts", path, [&](const doc::Object& mount, const doc::Value&, const Path& at) {
    const std::string* name = find_text(mount, "name");
    if (!name || volumes.contains(*name)) return;
    Nearest nearest(*name);
    if (!report.is_full()) std::ranges::for_each(volumes, [&](const std::string& volume) { nearest.offer(volume); });
    std::string fix =
        nearest.found().empty() ? "add it to the Pod's volumes" : "did you mean " + std::string(nearest.found()) + "?";
    report.error("unknown-volume", Path(&at, "name"), mount.find("name")->at(),
                 "is " + quoted(*name) + ", and the Pod has no volume of that name", fix);
  });
}

class PodCheck {
 public:
  PodCheck(const doc::Object& spec, const Path& path, Report& report) : spec_(spec), path_(path), report_(report) {}

  void run() {
    each(spec_, "volumes", path_,
         [&](const doc::Object& volume, const doc::Value& value, const Path& at) { volume_entry(volume, value, at); });
    for (const char* list : {"initContainers", "containers"})
      each(spec_, list, path_, [&](const doc::Object& c, const doc::Value& value, const Path& at) { container(c, value, at); });
    const doc::Array* containers = find_array(spec_, "containers");
    if (containers && containers->empty())
      report_.error("missing-field", Path(&path_, "containers"), spec_.find("containers")->at(), "needs at least one container",
                    "add a container");
  }

 private:
  void volume_entry(const doc::Object& volume, const doc::Value& value, const Path& at) {
    if (const std::string* name = find_text(volume, "name")) volumes_.insert(*name);
    if (volume.size() > 2) report_.error("invalid-value", at, value.at(), "must have exactly one source", "keep one of them");
  }

  void container(const doc::Object& container, const doc::Value& value, const Path& at) {
    const std::string* name = find_text(container, "name");
    // Within one list the schema finds equal names; this finds them across both.
    bool is_first = !name || !find_array(spec_, "initContainers") || names_.insert(*name).second;
    if (!is_first && !report_.is_full() && !already_reported(*name))
      report_.error("duplicate-entry", Path(&at, "name"), container.find("name")->at(),
                    "is the name of an init container of this Pod", "choose another name");
    const std::string* image = find_text(container, "image");
    bool has_other_image = container.find("image") && !image;  // of a wrong type, which is reported
    if ((!image || image->empty()) && !has_other_image)
      // A Pod that runs as a local process may do with a command.
      report_.warning("missing-field", Path(&at, "image"), value.at(), "is missing, which Kubernetes refuses", "add image");
    each(container, "env", at,
         [&](const doc::Object& env, const doc::Value& v, const Path& p) { check_env(env, v, p, report_); });
    check_probes(container, at, report_);
    check_mounts(container, volumes_, at, report_);
  }

  bool already_reported(const std::string& name) const {
    for (const char* list : {"initContainers", "containers"}) {
      const doc::Array* items = find_array(spec_, list);
      auto same = [&](const doc::Value& c) {
        return c.find("name") && c.find("name")->as_string() && *c.find("name")->as_string() == name;
      };
      if (items && std::ranges::count_if(*items, same) > 1) return true;
    }
    return false;
  }

  const doc::Object& spec_;
  const Path& path_;
  Report& report_;
  Names volumes_;
  Names names_;
};

/// A label of the selector that the template's labels do not have; null when all are there.
const doc::Member* unmatched(const doc::Object& spec, const doc::Object& pod) {
  const doc::Object* selector = find_object(spec, "selector");
  const doc::Object* wanted = selector ? find_object(*selector, "matchLabels") : nullptr;
  const doc::Object* metadata = find_object(pod, "metadata");
  const doc::Object* labels = metadata ? find_object(*metadata, "labels") : nullptr;
  if (!wanted) return nullptr;
  std::map<std::string_view, const doc::Value*> has;
  if (labels) {
    for (const doc::Member& label : *labels) has.emplace(label.key, &label.value);
  }
  auto is_missing = [&](const doc::Member& label) {
    auto it = has.find(label.key);
    return it == has.end() || !(*it->second == label.value);
  };
  auto missing = std::ranges::find_if(*wanted, is_missing);
  return missing == wanted->end() ? nullptr : &*missing;
}

void check_selector(const doc::Object& spec, const doc::Object& pod, const Path& path, Report& report) {
  const doc::Value* selector = spec.find("selector");
  Path selector_path(&path, "selector");
  if (selector && selector->is_object() && selector->as_object()->empty())
    report.error("missing-field", selector_path, selector->at(), "selects nothing", "add matchLabels");
  const doc::Member* label = unmatched(spec, pod);
  if (!label) return;
  Path labels(&selector_path, "matchLabels");
  report.error("selector-mismatch", Path(&labels, label->key), label->key_at,
               "is not among the labels of the Pod template with this value, so the Pods would not be found",
               "make it equal to template.metadata.labels");
}

/// 0 and "0%".
bool is_nothing(const doc::Value* value) {
  return value && (*value == doc::Value(int64_t{0}) || (value->as_string() && *value->as_string() == "0%"));
}

/// One of the two must give way, or nothing ever moves.
void check_rolling_update(const doc::Value& rolling, const Path& path, Report& report) {
  const doc::Value* unavailable = rolling.find("maxUnavailable");
  if (!is_nothing(unavailable) || !is_nothing(rolling.find("maxSurge"))) return;
  Path strategy_path(&path, "strategy");
  Path rolling_path(&strategy_path, "rollingUpdate");
  report.error("invalid-value", Path(&rolling_path, "maxUnavailable"), unavailable->at(), "may not be 0 when `maxSurge` is 0",
               "raise one of the two");
}

void check_strategy(const doc::Object& spec, const Path& path, Report& report) {
  const doc::Object* strategy = find_object(spec, "strategy");
  const std::string* type = strategy ? find_text(*strategy, "type") : nullptr;
  const doc::Value* rolling = strategy ? strategy->find("rollingUpdate") : nullptr;
  if (rolling && rolling->is_object()) check_rolling_update(*rolling, path, report);
  if (!type || *type != "Recreate" || !rolling) return;
  Path strategy_path(&path, "strategy");
  report.error("invalid-value", Path(&strategy_path, "rollingUpdate"), rolling->at(), "is not allowed with type Recreate",
               "remove it");
}

}  // namespace

void check_pod_spec(const doc::Object& spec, const Path& path, Report& report) { PodCheck(spec, path, report).run(); }

void check_pod(const doc::Object& pod, Report& report) {
  Path path(nullptr, "spec");
  if (const doc::Object* spec = find_object(pod, "spec")) PodCheck(*spec, path, report).run();
}

void check_workload(const doc::Object& workload, Report& report) {
  const doc::Object* spec = find_object(workload, "spec");
  const doc::Object* pod = spec ? find_object(*spec, "template") : nullptr;
  const doc::Object* pod_spec = pod ? find_object(*pod, "spec") : nullptr;
  if (!pod_spec) return;
  Path path(nullptr, "spec");
  Path template_path(&path, "template");
  Path pod_path(&template_path, "spec");
  check_selector(*spec, *pod, path, report);
  check_strategy(*spec, path, report);
  const std::string* restart = find_text(*pod_spec, "restartPolicy");
  if (restart && *restart != "Always")
    report.error("invalid-value", Path(&pod_path, "restartPolicy"), pod_spec->find("restartPolicy")->at(),
                 "must be Always in a Pod template of this kind");
  PodCheck(*pod_spec, pod_path, report).run();
}

}  // namespace graylane::api
