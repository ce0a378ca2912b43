#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/get_words.h"
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

/// The objects of a kind that one word of the command line names.
struct Asked {
  std::optional<KindName> kind;  // nothing: any
  std::vector<std::string> names;

  /// Events are so many that nobody means them by all.
  bool is_of_kind(const api::Object& object) const { return kind ? kind->matches(object.key) : object.key.kind != "Event"; }
  std::string kind_text() const { return kind ? kind->kind() : "an object"; }
};

class Getter {
 public:
  Getter(const GetFlags& flags, const std::vector<ObjectPtr>& objects, Io& io) : flags_(flags), objects_(objects), io_(io) {}

  int run(const std::vector<GetWord>& words) {
    for (const GetWord& word : words) {
      auto kind = KindName::find(word.kind, objects_);
      if (!kind && word.kind != kAllKinds)
        return refuse(fmt::format("no kind is called \"{}\"", word.kind), nearest(word.kind, kind_words(objects_)));
      asked_.push_back({std::move(kind), word.names});
    }
    int exit_code = kOk;
    for (const Asked& asked : asked_) exit_code = std::max(exit_code, select(asked));
    if (found_.empty() && exit_code == kOk && !is_structured()) return say_none(), kOk;
    if (!found_.empty() || exit_code == kOk) print();
    return exit_code;
  }

 private:
  bool is_structured() const { return flags_.output == "json" || flags_.output == "yaml"; }
  std::string ns() const { return flags_.ns.empty() ? "default" : flags_.ns; }
  bool is_scoped(const Asked& asked) const { return !flags_.all_namespaces && (!asked.kind || asked.kind->namespaced()); }
  std::string where(bool scoped) const { return scoped ? fmt::format(" in namespace {}", ns()) : ""; }
  /// Who names a namespace, and all kinds, means what is in it.
  bool is_here(const Asked& asked, const api::Object& object) const {
    if (flags_.all_namespaces || object.key.ns == ns()) return true;
    return object.key.ns.empty() && (asked.kind || flags_.ns.empty());
  }

  /// What is there, and tells what is not.
  int select(const Asked& asked) {
    if (asked.names.empty()) return take(asked, nullptr), kOk;
    int exit_code = kOk;
    for (const std::string& name : asked.names) {
      if (take(asked, &name)) continue;
      exit_code = refuse(fmt::format("{} \"{}\" does not exist{}", asked.kind_text(), name, where(is_scoped(asked))),
                         near_name(asked, name));
    }
    return exit_code;
  }

  /// Whether there was one.
  bool take(const Asked& asked, const std::string* name) {
    const size_t before = found_.size();
    for (const ObjectPtr& object : objects_) {
      const bool is_named = name == nullptr || object->key.name == *name;
      if (asked.is_of_kind(*object) && is_here(asked, *object) && is_named) found_.push_back(object);
    }
    if (!asked.kind) std::ranges::stable_sort(found_.begin() + static_cast<ptrdiff_t>(before), found_.end(), {}, table_of);
    return found_.size() != before;
  }

  std::string near_name(const Asked& asked, const std::string& name) const {
    std::vector<std::string> names;
    for (const ObjectPtr& object : objects_) {
      if (!asked.is_of_kind(*object)) continue;
      if (object->key.name == name && !is_here(asked, *object)) return name + " -n " + object->key.ns;
      names.push_back(object->key.name);
    }
    return nearest(name, names);
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
      const auto is_elsewhere = [&](const Asked& asked) { return asked.is_of_kind(*object) && !is_here(asked, *object); };
      if (!object->key.ns.empty() && std::ranges::any_of(asked_, is_elsewhere)) others.insert(object->key.ns);
    }
    const bool scoped = std::ranges::any_of(asked_, [this](const Asked& asked) { return is_scoped(asked); });
    io_.talk("No resources found" + where(scoped) +
             (others.empty() ? "" : fmt::format("; there are some in {}: add -A or -n <namespace>", fmt::join(others, ", "))));
  }

  void print() {
    if (is_structured()) return print_structured();
    if (flags_.output == "name") {
      for (const ObjectPtr& object : found_) io_.out.line(resource_name(*object));
      return;
    }
    std::vector<std::vector<ObjectPtr>> tables;  // in the order in which they were asked for
    for (const ObjectPtr& object : found_) {
      const auto is_it = [&](const std::vector<ObjectPtr>& table) { return table_of(table.front()) == table_of(object); };
      auto table = std::ranges::find_if(tables, is_it);
      if (table == tables.end()) table = tables.insert(table, std::vector<ObjectPtr>());
      table->push_back(object);
    }
    for (const auto& table : tables) {
      if (&table != &tables.front()) io_.out.line("");
      print_table(table);
    }
  }

  using TableName = std::pair<std::string, std::string>;
  static TableName table_of(const ObjectPtr& object) { return {object->key.kind, object->key.group}; }

  bool has_one_kind() const {
    const auto is_same = [this](const Asked& asked) { return asked.kind && asked.kind->kind() == asked_.front().kind->kind(); };
    return asked_.front().kind && std::ranges::all_of(asked_, is_same);
  }

  void print_table(const std::vector<ObjectPtr>& objects) {
    const auto kind = KindName::of(objects.front()->key, objects_);
    const ObjectColumns shown{.custom = kind ? kind->custom() : nullptr,
                              .with_namespace = flags_.all_namespaces && !objects.front()->key.ns.empty(),
                              .wide = flags_.output == "wide",
                              .now_unix_seconds = now_unix_seconds(),
                              .with_kind = !has_one_kind()};
    Columns columns;
    for (auto& row : object_rows(objects, shown)) columns.row(std::move(row));
    io_.out.write(printable_lines(columns.text(kGap)));
  }

  void print_structured() {
    const auto write = [&](const doc::Value& value) {
      io_.out.write(flags_.output == "json" ? doc::to_json(value, 4) + "\n" : doc::to_yaml(value));
    };
    if (asked_.size() == 1 && asked_[0].names.size() == 1) return write(found_.front()->content);
    doc::Array items;
    for (const ObjectPtr& object : found_) items.push_back(object->content);
    doc::Object list;
    list.set("apiVersion", doc::Value("v1"));
    list.set("kind", doc::Value("List"));
    list.set("items", doc::Value(std::move(items)));
    write(doc::Value(std::move(list)));
  }

  const GetFlags& flags_;
  const std::vector<ObjectPtr>& objects_;
  Io& io_;
  std::vector<Asked> asked_;
  std::vector<ObjectPtr> found_;
};

bool means_routes(const GetWord& word) { return word.kind == "routes" || word.kind == "route"; }

/// They are no objects.
Result<void> check_routes(const std::vector<GetWord>& words, const GetFlags& flags) {
  if (words.size() > 1)
    return fail(ErrorCode::kInvalid, "routes cannot be listed together with objects", {},
                "ask for them by themselves: graylane get routes");
  if (words[0].names.empty() && flags.output != "name") return {};
  return fail(ErrorCode::kInvalid, "routes have no names", {}, "leave the name away, or use graylane explain for one request");
}

Result<std::vector<GetWord>> words_of(const GetFlags& flags) {
  std::vector<std::string> arguments = flags.names;
  if (!flags.kind.empty()) arguments.insert(arguments.begin(), flags.kind);
  return read_get_words(arguments);
}

}  // namespace

Result<void> check_words(const GetFlags& flags) {
  const auto words = words_of(flags);
  if (!words) return std::unexpected(words.error());
  return std::ranges::any_of(*words, means_routes) ? check_routes(*words, flags) : Result<void>();
}

int get(const GetFlags& flags, Io& io) {
  if (const auto checked = check_words(flags); !checked) return tell(io, checked.error()), kUsage;
  const auto words = *words_of(flags);
  int exit_code = kOk;
  const auto manifests = open_manifests("get", flags.read, io, exit_code);
  if (!manifests) return exit_code;
  tell_errors(manifests->offline.reading(), flags.read.path, io);
  if (manifests->offline.objects().empty() && has_errors(manifests->offline.reading())) return kFailed;
  if (means_routes(words.front())) return get_routes(flags, *manifests->table, io);
  return Getter(flags, manifests->offline.objects(), io).run(words);
}

}  // namespace graylane::cli
