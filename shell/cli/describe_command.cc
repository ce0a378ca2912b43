#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/kind_name.h"
#include "cli/manifests.h"
#include "cli/object_rows.h"
#include "cli/route_rows.h"
#include "cli/suggest.h"
#include "doc/print.h"
#include "patch/managed_fields.h"

namespace graylane::cli {

namespace {

std::string indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + printable(std::string_view(text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

class Description {
 public:
  Description(const api::Object& object, const Manifests& manifests, const Io& io)
      : object_(object), manifests_(manifests), io_(io) {}

  std::string text() { return head() + content() + routing() + diagnostics(); }

 private:
  std::string head() const {
    Columns columns;
    columns.row({"Name:", object_.key.name});
    if (!object_.key.ns.empty()) columns.row({"Namespace:", object_.key.ns});
    columns.row({"Kind:", object_.gvk.kind + ", " + object_.gvk.api_version()});
    columns.row({"From:", origin()});
    return columns.text(2);
  }

  /// Where it was written, and who else says what it should be.
  std::string origin() const {
    std::vector<std::string> others = other_managers();
    if (object_.file) {
      const std::string place = object_.at(object_.content.at()).to_string();
      return others.empty() ? place : fmt::format("{}, changed since by {}", place, fmt::join(others, ", "));
    }
    return others.empty() ? "a controller" : fmt::format("the API, by {}", fmt::join(others, ", "));
  }

  std::vector<std::string> other_managers() const {
    const doc::Value* metadata = object_.find("metadata");
    const auto owners = patch::decode_managed_fields(metadata != nullptr ? metadata->find("managedFields") : nullptr);
    std::vector<std::string> managers;
    if (!owners) return managers;
    for (const patch::Owner& owner : *owners) {
      const bool is_other = owner.subresource.empty() && !owner.manager.starts_with("graylane");
      if (is_other && std::ranges::find(managers, owner.manager) == managers.end()) managers.push_back(owner.manager);
    }
    return managers;
  }

  std::string content() const {
    std::string out;
    doc::Value shown = object_.content;
    if (doc::Value* metadata = shown.as_object()->find("metadata"); metadata != nullptr && metadata->is_object())
      metadata->as_object()->erase("managedFields");  // whose they are is said above
    for (const doc::Member& member : *shown.as_object()) {
      if (member.key == "apiVersion" || member.key == "kind") continue;
      const std::string text = object_.key.kind == "Secret" && (member.key == "data" || member.key == "stringData")
                                   ? "(not shown)"
                                   : doc::to_yaml(member.value);
      const bool is_short = !member.value.is_object() && !member.value.is_array();
      out += member.key + (is_short || text.starts_with('(') ? ": " + printable(text.substr(0, text.find('\n'))) + "\n"
                                                             : ":\n" + indented(text));
    }
    return out;
  }

  /// The routes that this object makes, adds a canary to, or serves.
  std::string routing() const {
    const std::string name = object_.key.to_string();
    const std::string service = object_.key.kind == "Service" ? object_.key.ns + "/" + object_.key.name : "-";
    Columns columns;
    columns.row({"HOST", "PATH", "TYPE", "STABLE", "CANARY", "RULE", "AS"});
    size_t found = 0;
    for (const RouteRow& row : route_rows(*manifests_.table)) {
      const bool is_stable = row.object == name || row.stable_service == service;
      const bool is_canary = row.canary_object == name || row.canary_service == service;
      if (!is_stable && !is_canary) continue;
      ++found;
      const auto dash = [](const std::string& text) { return text.empty() ? std::string("-") : printable(text); };
      columns.row({dash(row.host), dash(row.path), row.type, dash(row.stable), dash(row.canary), dash(row.rule),
                   is_stable ? "stable" : "canary"});
    }
    const bool routes = object_.key.kind == "Ingress" || object_.key.kind == "Service";
    if (found == 0) return routes ? "Routing:\n  none: no request comes here\n" : "";
    return "Routing:\n" + indented(columns.text(3));
  }

  std::string diagnostics() const {
    std::string out;
    for (const Diagnostic& diagnostic : manifests_.diagnostics()) {
      if (diagnostic.object == object_.key.to_string()) out += wrapped(show(diagnostic, io_.out_colour), io_.out_width) + "\n";
    }
    return out.empty() ? "Diagnostics: none\n" : "Diagnostics:\n" + out;
  }

  const api::Object& object_;
  const Manifests& manifests_;
  const Io& io_;
};

int not_found(Io& io, std::string what, const std::string& meant, const std::string& path) {
  tell(io, {ErrorCode::kNotFound,
            std::move(what),
            {},
            meant.empty() ? "see what there is: graylane get -A" + from(path) : fmt::format("did you mean {}?", meant)});
  return kNotFound;
}

int describe_one(const DescribeFlags& flags, const Manifests& manifests, Io& io) {
  const auto& objects = manifests.offline.objects();
  const auto kind = KindName::find(flags.kind, objects);
  if (!kind)
    return not_found(io, fmt::format("no kind is called \"{}\"", flags.kind), nearest(flags.kind, kind_words(objects)),
                     flags.read.path);
  const std::string ns = !kind->namespaced() ? "" : flags.ns.empty() ? "default" : flags.ns;
  std::vector<std::string> names;
  for (const api::ObjectPtr& object : objects) {
    if (!kind->matches(object->key)) continue;
    names.push_back(object->key.ns == ns || object->key.ns.empty() ? object->key.name
                                                                   : object->key.name + " -n " + object->key.ns);
    if (object->key.name != flags.name || object->key.ns != ns) continue;
    io.out.write(Description(*object, manifests, io).text());
    return kOk;
  }
  for (const std::string& name : names) {
    if (name.starts_with(flags.name + " -n "))
      return not_found(io, fmt::format("{} \"{}\" is not in namespace {}", kind->kind(), flags.name, ns), name, flags.read.path);
  }
  const std::string where = ns.empty() ? "" : " in namespace " + ns;
  return not_found(io, fmt::format("{} \"{}\" does not exist{}", kind->kind(), flags.name, where), nearest(flags.name, names),
                   flags.read.path);
}

/// "svc/web" is kind and name in one word.
DescribeFlags split_name(DescribeFlags flags) {
  const size_t slash = flags.kind.find('/');
  if (slash == flags.kind.npos || !flags.name.empty()) return flags;
  flags.name = flags.kind.substr(slash + 1);
  flags.kind.resize(slash);
  return flags;
}

}  // namespace

Result<void> check_words(const DescribeFlags& flags) {
  const DescribeFlags asked = split_name(flags);
  if (!asked.kind.empty() && !asked.name.empty()) return {};
  return fail(ErrorCode::kInvalid, "describe needs a kind and a name", {},
              fmt::format("graylane describe {} NAME", asked.kind.empty() ? "ingress" : asked.kind));
}

int describe(const DescribeFlags& flags, Io& io) {
  if (const auto checked = check_words(flags); !checked) return tell(io, checked.error()), kUsage;
  const DescribeFlags asked = split_name(flags);
  int exit_code = kOk;
  const auto manifests = open_manifests("describe", asked.read, io, exit_code);
  if (!manifests) return exit_code;
  tell_errors(manifests->offline.reading(), asked.read.path, io);
  return describe_one(asked, *manifests, io);
}

}  // namespace graylane::cli
