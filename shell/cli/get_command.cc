#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <map>
#include <set>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/kind_name.h"
#include "cli/manifests.h"
#include "cli/object_rows.h"
#include "cli/route_rows.h"
#include "cli/suggest.h"
#include "doc/print.h"

namespace graylane::cli {

namespace {

using api::ObjectPtr;

constexpr size_t kGap = 3;

int64_t now_unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// ---- routes

doc::Value to_value(const RouteRow& row) {
  doc::Object object;
  const std::pair<const char*, std::string> members[] = {{"host", row.host},
                                                         {"path", row.path},
                                                         {"type", row.type},
                                                         {"stable", row.stable},
                                                         {"canary", row.canary},
                                                         {"rule", row.rule},
                                                         {"policy", row.policy},
                                                         {"endpoints", row.endpoints},
                                                         {"sticky", row.sticky},
                                                         {"object", row.object},
                                                         {"from", row.from.to_string()}};
  for (const auto& [key, value] : members) object.set(key, doc::Value(value));
  return doc::Value(std::move(object));
}

int get_routes(const GetFlags& flags, const route::Table& table, Io& io) {
  std::vector<RouteRow> rows = route_rows(table);
  if (!flags.ns.empty() && !flags.all_namespaces) std::erase_if(rows, [&](const RouteRow& row) { return !row.is_of(flags.ns); });
  if (flags.output == "json" || flags.output == "yaml") {
    doc::Array routes;
    for (const RouteRow& row : rows) routes.push_back(to_value(row));
    doc::Value list(std::move(routes));
    io.out.write(flags.output == "json" ? doc::to_json(list, 2) + "\n" : doc::to_yaml(list));
    return kOk;
  }
  const auto dash = [](const std::string& text) { return text.empty() ? std::string("-") : printable(text); };
  const bool wide = flags.output == "wide";
  Columns columns;
  const auto add = [&](std::vector<std::string> cells, std::vector<std::string> more, std::string from) {
    if (wide) cells.insert(cells.end(), more.begin(), more.end());
    cells.push_back(std::move(from));
    columns.row(std::move(cells));
  };
  add({"HOST", "PATH", "TYPE", "STABLE", "CANARY", "RULE"}, {"POLICY", "ENDPOINTS", "STICKY", "INGRESS"}, "FROM");
  for (const RouteRow& row : rows) {
    add({dash(row.host), dash(row.path), row.type, dash(row.stable), dash(row.canary), dash(row.rule)},
        {dash(row.policy), dash(row.endpoints), dash(row.sticky), dash(row.object.substr(row.object.find(' ') + 1))},
        dash(row.from.to_string()));
  }
  if (rows.empty()) {
    io.talk(flags.ns.empty() || flags.all_namespaces ? "No routes: no Ingress of ours names a path or a default backend"
                                                     : "No routes in namespace " + flags.ns + "; leave -n away to see all");
    return kOk;
  }
  io.out.write(columns.text(kGap));
  return kOk;
}

// ---- objects

class Getter {
 public:
  Getter(const GetFlags& flags, const std::vector<ObjectPtr>& objects, Io& io) : flags_(flags), objects_(objects), io_(io) {}

  int run() {
    if (!flags_.kind.empty()) {
      kind_ = KindName::find(flags_.kind, objects_);
      if (!kind_) return refuse(fmt::format("no kind is called \"{}\"", flags_.kind), nearest(flags_.kind, kind_words(objects_)));
    }
    const std::vector<ObjectPtr> found = select();
    if (found.empty() && !flags_.name.empty())
      return refuse(fmt::format("{} \"{}\" does not exist{}", kind_->kind(), flags_.name, where()), near_name());
    if (found.empty() && !is_structured()) return say_none(), kOk;
    print(found);
    return kOk;
  }

 private:
  bool is_structured() const { return flags_.output == "json" || flags_.output == "yaml"; }
  std::string ns() const { return flags_.ns.empty() ? "default" : flags_.ns; }
  bool scoped() const { return !flags_.all_namespaces && (!kind_ || kind_->namespaced()); }
  std::string where() const { return scoped() ? fmt::format(" in namespace {}", ns()) : ""; }

  bool is_of_kind(const api::Object& object) const { return !kind_ || kind_->matches(object.key); }
  bool is_here(const api::Object& object) const {
    return flags_.all_namespaces || object.key.ns.empty() || object.key.ns == ns();
  }

  std::vector<ObjectPtr> select() const {
    std::vector<ObjectPtr> found;
    for (const ObjectPtr& object : objects_) {
      const bool is_named = flags_.name.empty() || object->key.name == flags_.name;
      if (is_of_kind(*object) && is_here(*object) && is_named) found.push_back(object);
    }
    return found;
  }

  std::string near_name() const {
    std::vector<std::string> names;
    for (const ObjectPtr& object : objects_) {
      if (!is_of_kind(*object)) continue;
      if (object->key.name == flags_.name && !is_here(*object)) return flags_.name + " -n " + object->key.ns;
      names.push_back(object->key.name);
    }
    return nearest(flags_.name, names);
  }

  int refuse(std::string what, const std::string& meant) {
    tell(io_, {ErrorCode::kNotFound,
               std::move(what),
               {},
               meant.empty() ? "see what there is: graylane get -A" + from(flags_.read.path)
                             : fmt::format("did you mean {}?", meant)});
    return kNotFound;
  }

  void say_none() {
    std::set<std::string> others;
    for (const ObjectPtr& object : objects_) {
      if (is_of_kind(*object) && !is_here(*object)) others.insert(object->key.ns);
    }
    io_.talk("No resources found" + where() +
             (others.empty() ? "" : fmt::format("; there are some in {}: add -A or -n <namespace>", fmt::join(others, ", "))));
  }

  void print(const std::vector<ObjectPtr>& found) {
    if (is_structured()) return print_structured(found);
    if (flags_.output == "name") {
      for (const ObjectPtr& object : found) io_.out.line(resource_name(*object));
      return;
    }
    std::map<std::pair<std::string, std::string>, std::vector<ObjectPtr>> by_kind;
    for (const ObjectPtr& object : found) by_kind[{object->key.kind, object->key.group}].push_back(object);
    bool first = true;
    for (const auto& [name, objects] : by_kind) {
      if (!first) io_.out.line("");
      if (!kind_) io_.out.line("# " + name.first);
      first = false;
      const auto kind = KindName::of(objects.front()->key, objects_);
      Columns columns;
      const bool with_namespace = flags_.all_namespaces && !objects.front()->key.ns.empty();
      for (auto& row :
           object_rows(objects, {kind ? kind->custom() : nullptr, with_namespace, flags_.output == "wide", now_unix_seconds()}))
        columns.row(std::move(row));
      io_.out.write(printable_lines(columns.text(kGap)));
    }
  }

  void print_structured(const std::vector<ObjectPtr>& found) {
    const auto write = [&](const doc::Value& value) {
      io_.out.write(flags_.output == "json" ? doc::to_json(value, 4) + "\n" : doc::to_yaml(value));
    };
    if (!flags_.name.empty()) return write(found.front()->content);
    doc::Array items;
    for (const ObjectPtr& object : found) items.push_back(object->content);
    doc::Object list;
    list.set("apiVersion", doc::Value("v1"));
    list.set("kind", doc::Value("List"));
    list.set("items", doc::Value(std::move(items)));
    write(doc::Value(std::move(list)));
  }

  const GetFlags& flags_;
  const std::vector<ObjectPtr>& objects_;
  Io& io_;
  std::optional<KindName> kind_;
};

/// "svc/web" is kind and name in one word.
GetFlags split_name(GetFlags flags) {
  const size_t slash = flags.kind.find('/');
  if (slash == flags.kind.npos || !flags.name.empty()) return flags;
  flags.name = flags.kind.substr(slash + 1);
  flags.kind.resize(slash);
  return flags;
}

bool means_routes(const std::string& kind) { return kind == "routes" || kind == "route"; }

}  // namespace

int get(const GetFlags& flags, Io& io) {
  int exit_code = kOk;
  GetFlags asked = split_name(flags);
  if (asked.kind == "all") asked.kind.clear();
  if (means_routes(asked.kind) && (!asked.name.empty() || asked.output == "name")) {
    tell(io, {ErrorCode::kInvalid, "routes have no names", {}, "leave the name away, or use graylane explain for one request"});
    return kUsage;
  }
  const auto manifests = open_manifests("get", asked.read, io, exit_code);
  if (!manifests) return exit_code;
  tell_errors(manifests->offline.reading(), asked.read.path, io);
  if (manifests->offline.objects().empty() && has_errors(manifests->offline.reading())) return kFailed;
  if (means_routes(asked.kind)) return get_routes(asked, *manifests->table, io);
  return Getter(asked, manifests->offline.objects(), io).run();
}

}  // namespace graylane::cli
