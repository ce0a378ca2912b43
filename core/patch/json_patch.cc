#include "patch/json_patch.h"

#include <algorithm>
#include <span>

#include "patch/go_text.h"
#include "patch/json_pointer.h"

namespace graylane::patch {
namespace {

/// What is wrong with an operation, and in which of its members.
struct Problem {
  std::string member;
  std::string message;
  bool limit = false;
};
using Done = std::expected<void, Problem>;

std::unexpected<Problem> problem(std::string member, std::string message) {
  return std::unexpected(Problem{std::move(member), std::move(message)});
}

struct Size {
  size_t nodes = 0;
  size_t bytes = 0;    // about what it takes as JSON
  uint32_t depth = 0;  // arrays and objects inside one another
};

void measure(const doc::Value& value, uint32_t depth, Size& size) {
  ++size.nodes;
  size.bytes += 4;
  size.depth = std::max(size.depth, depth);
  if (const std::string* text = value.as_string()) size.bytes += text->size();
  if (const doc::Array* items = value.as_array()) {
    for (const doc::Value& item : *items) measure(item, depth + 1, size);
  }
  if (const doc::Object* object = value.as_object()) {
    for (const doc::Member& member : *object) size.bytes += member.key.size() + 3, measure(member.value, depth + 1, size);
  }
}

Size size_of(const doc::Value& value) {
  Size size;
  measure(value, value.is_array() || value.is_object() ? 1 : 0, size);
  return size;
}

bool same(const doc::Value& a, const doc::Value& b) {
  // RFC 6902 compares numbers by value.
  if (a.is_int() && b.is_double()) return static_cast<double>(*a.as_int()) == *b.as_double();
  if (a.is_double() && b.is_int()) return same(b, a);
  return a == b;
}

class Patcher {
 public:
  Patcher(doc::Value root, const JsonPatchLimits& limits) : root_(std::move(root)), limits_(limits) {}

  Done run(const doc::Object& operation);
  doc::Value take() { return std::move(root_); }

 private:
  using Path = std::span<const std::string>;

  Done visit(size_t count);
  Done check_depth(Path path, const doc::Value& value, Size* size = nullptr);
  std::expected<doc::Value*, Problem> find(Path path);
  std::expected<doc::Value*, Problem> find_in(doc::Value& parent, const std::string& token);
  Done add(Path path, doc::Value value);
  Done add_item(doc::Array& items, const std::string& token, doc::Value value);
  Done remove(Path path);
  Done replace(Path path, const doc::Value& value);
  Done move(Path from, Path path);
  Done copy(Path from, Path path);
  Done test(Path path, const doc::Value& value);

  doc::Value root_;
  const JsonPatchLimits& limits_;
  size_t visits_ = 0;
  size_t copied_bytes_ = 0;
};

Done Patcher::visit(size_t count) {
  visits_ += count;
  if (visits_ <= limits_.visits_max) return {};
  return std::unexpected(Problem{"", "the patch takes too much work; write it with fewer operations", true});
}

Done Patcher::check_depth(Path path, const doc::Value& value, Size* size) {
  const Size measured = size_of(value);
  if (size) *size = measured;
  if (path.size() + measured.depth > limits_.depth_max)
    return problem("path", "the result would be nested deeper than " + std::to_string(limits_.depth_max));
  return visit(measured.nodes);
}

std::expected<doc::Value*, Problem> Patcher::find_in(doc::Value& parent, const std::string& token) {
  if (doc::Object* object = parent.as_object()) {
    if (auto done = visit(object->size()); !done) return std::unexpected(done.error());
    return object->find(token);
  }
  doc::Array* items = parent.as_array();
  if (!items) return nullptr;
  const auto index = parse_index(token, items->size());
  return index ? &(*items)[*index] : nullptr;
}

/// Null when there is nothing at that path.
std::expected<doc::Value*, Problem> Patcher::find(Path path) {
  doc::Value* value = &root_;
  for (const std::string& token : path) {
    auto next = find_in(*value, token);
    if (!next || !*next) return next;
    value = *next;
  }
  return value;
}

Done Patcher::add_item(doc::Array& items, const std::string& token, doc::Value value) {
  // One more than there are items: the place behind the last one is allowed.
  const auto index = token == "-" ? items.size() : parse_index(token, items.size() + 1);
  if (!index) return problem("path", index.error());
  if (auto done = visit(items.size() - *index); !done) return done;
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return {};
}

Done Patcher::add(Path path, doc::Value value) {
  if (path.empty()) {
    root_ = std::move(value);
    return {};
  }
  const auto parent = find(path.first(path.size() - 1));
  if (!parent) return std::unexpected(parent.error());
  if (*parent) {
    if (doc::Array* items = (*parent)->as_array()) return add_item(*items, path.back(), std::move(value));
    if (doc::Object* object = (*parent)->as_object()) {
      if (auto done = visit(object->size()); !done) return done;
      object->set(path.back(), std::move(value));
      return {};
    }
  }
  return problem("path", "there is no object or list to add to; add that first");
}

Done Patcher::remove(Path path) {
  if (path.empty()) return problem("path", "the whole object cannot be removed by a patch");
  const auto parent = find(path.first(path.size() - 1));
  if (!parent) return std::unexpected(parent.error());
  if (*parent) {
    if (doc::Object* object = (*parent)->as_object()) {
      if (auto done = visit(object->size()); !done) return done;
      if (object->erase(path.back())) return {};
    } else if (doc::Array* items = (*parent)->as_array()) {
      const auto index = parse_index(path.back(), items->size());
      if (!index) return problem("path", index.error());
      if (auto done = visit(items->size() - *index); !done) return done;
      items->erase(items->begin() + static_cast<std::ptrdiff_t>(*index));
      return {};
    }
  }
  return problem("path", "there is nothing to remove");
}

Done Patcher::replace(Path path, const doc::Value& value) {
  const auto target = find(path);
  if (!target) return std::unexpected(target.error());
  if (*target) {
    **target = value;
    return {};
  }
  // A member that an object does not have is added, as the original does and RFC 6902 does not.
  const auto parent = find(path.first(path.size() - 1));
  const bool is_member = parent && *parent && (*parent)->is_object();
  return is_member ? add(path, value) : problem("path", "there is nothing to replace; use add");
}

Done Patcher::move(Path from, Path path) {
  if (from.size() < path.size() && std::ranges::equal(from, path.first(from.size())))
    return problem("path", "a value cannot be moved into itself");
  const auto source = find(from);
  if (!source) return std::unexpected(source.error());
  if (!*source) return problem("from", "there is nothing to move");
  if (std::ranges::equal(from, path)) return {};
  if (auto done = check_depth(path, **source); !done) return done;
  doc::Value value = std::move(**source);
  if (auto done = remove(from); !done) return done;
  return add(path, std::move(value));
}

Done Patcher::copy(Path from, Path path) {
  const auto source = find(from);
  if (!source) return std::unexpected(source.error());
  if (!*source) return problem("from", "there is nothing to copy");
  Size size;
  if (auto done = check_depth(path, **source, &size); !done) return done;
  copied_bytes_ += size.bytes;
  if (copied_bytes_ > limits_.copied_bytes_max)
    return problem("from", "copies of more than " + std::to_string(limits_.copied_bytes_max) + " bytes in all are not made");
  return add(path, **source);
}

Done Patcher::test(Path path, const doc::Value& value) {
  const auto target = find(path);
  if (!target) return std::unexpected(target.error());
  const bool holds = *target ? same(**target, value) : value.is_null();
  if (auto done = visit(size_of(value).nodes); !done) return done;
  return holds ? Done() : problem("value", "the test failed: the object has another value there");
}

std::expected<Tokens, Problem> read_path(const doc::Object& operation, const char* member) {
  const doc::Value* value = operation.find(member);
  if (!value || !value->is_string()) return problem(member, "is required and must be a text");
  auto tokens = parse_pointer(*value->as_string());
  if (!tokens) return problem(member, tokens.error());
  return *std::move(tokens);
}

Done Patcher::run(const doc::Object& operation) {
  const doc::Value* name = operation.find("op");
  const std::string op = name && name->is_string() ? *name->as_string() : "";
  const auto path = read_path(operation, "path");
  if (op == "remove") return path ? remove(*path) : std::unexpected(path.error());
  if (op == "move" || op == "copy") {
    const auto from = read_path(operation, "from");
    if (!path || !from) return std::unexpected(path ? from.error() : path.error());
    return op == "move" ? move(*from, *path) : copy(*from, *path);
  }
  if (op != "add" && op != "replace" && op != "test") return problem("op", "must be add, remove, replace, move, copy or test");
  if (!path) return std::unexpected(path.error());
  const doc::Value* value = operation.find("value");
  if (!value) return problem("value", "is required");
  if (op == "test") return test(*path, *value);
  if (auto done = check_depth(*path, *value); !done) return done;
  return op == "add" ? add(*path, *value) : replace(*path, *value);
}

Failure refused(size_t index, const Problem& problem) {
  const std::string where = "[" + std::to_string(index) + "]" + (problem.member.empty() ? "" : "." + problem.member);
  if (problem.limit)
    return {Reason::kRequestEntityTooLarge, "Request entity too large: " + problem.message + " (at operation " + where + ")", {}};
  return {Reason::kInvalid,
          "the server rejected our request due to an error in our request",
          {{"FieldValueInvalid", problem.message, where}}};
}

std::string cannot_read(const doc::Value& value, std::string_view type) {
  return "error decoding patch: json: cannot unmarshal " + std::string(go_json_kind(value)) + " into Go value of type " +
         std::string(type);
}

}  // namespace

Outcome<doc::Value> apply_json_patch(doc::Value object, const doc::Value& patch, const JsonPatchLimits& limits) {
  const doc::Array* operations = patch.as_array();
  if (!operations) return refuse(Reason::kBadRequest, cannot_read(patch, "[]handlers.jsonPatchOp"));
  if (operations->size() > limits.operations_max)
    return refuse(Reason::kRequestEntityTooLarge, "Request entity too large: The allowed maximum operations in a JSON patch is " +
                                                      std::to_string(limits.operations_max) + ", got " +
                                                      std::to_string(operations->size()));
  const auto wrong = std::ranges::find_if_not(*operations, &doc::Value::is_object);
  if (wrong != operations->end()) return refuse(Reason::kBadRequest, cannot_read(*wrong, "handlers.jsonPatchOp"));
  Patcher patcher(std::move(object), limits);
  for (size_t i = 0; i < operations->size(); ++i) {
    if (auto done = patcher.run(*(*operations)[i].as_object()); !done) return std::unexpected(refused(i, done.error()));
  }
  return patcher.take();
}

}  // namespace graylane::patch
