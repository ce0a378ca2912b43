#include "patch/field_set.h"

#include <algorithm>

namespace graylane::patch {
namespace {

bool holds_nothing(const FieldSet::Node& node) { return !node.member && node.below.empty(); }

/// Walks along both lists in their order. `both` gives the node of an element that both have; nodes of one alone are kept or not.
template <class Both>
FieldSet::Nodes zip(const FieldSet::Nodes& a, const FieldSet::Nodes& b, bool keep_a, bool keep_b, Both both) {
  FieldSet::Nodes out;
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() || j != b.end()) {
    if (j == b.end() || (i != a.end() && i->element < j->element)) {
      if (keep_a) out.push_back(*i);
      ++i;
    } else if (i == a.end() || j->element < i->element) {
      if (keep_b) out.push_back(*j);
      ++j;
    } else {
      out.push_back(both(*i++, *j++));
      if (holds_nothing(out.back())) out.pop_back();
    }
  }
  return out;
}

FieldSet::Nodes united(const FieldSet::Nodes& a, const FieldSet::Nodes& b) {
  return zip(a, b, true, true, [](const FieldSet::Node& x, const FieldSet::Node& y) {
    return FieldSet::Node{x.element, x.member || y.member, x.below | y.below};
  });
}

void collect(const FieldSet& set, Path& prefix, std::vector<Path>& out) {
  for (const FieldSet::Node& node : set.nodes()) {
    if (!node.member) continue;
    out.push_back(prefix);
    out.back().push_back(node.element);
  }
  for (const FieldSet::Node& node : set.nodes()) {
    if (node.below.empty()) continue;
    prefix.push_back(node.element);
    collect(node.below, prefix, out);
    prefix.pop_back();
  }
}

}  // namespace

FieldSet::FieldSet(Nodes nodes) : nodes_(std::move(nodes)) {
  std::erase_if(nodes_, holds_nothing);
  if (!std::ranges::is_sorted(nodes_, {}, &Node::element)) std::ranges::sort(nodes_, {}, &Node::element);
}

FieldSet::FieldSet(std::initializer_list<std::initializer_list<std::string_view>> paths) {
  for (const auto& names : paths) {
    Path path;
    for (std::string_view name : names) path.push_back(PathElement::field(name));
    insert(path);
  }
}

FieldSet FieldSet::from_fields_v1(const doc::Value& fields) {
  Nodes nodes;
  const doc::Object* object = fields.as_object();
  if (!object) return {};
  for (const doc::Member& member : *object) {
    auto element = member.key == "." ? std::nullopt : PathElement::parse(member.key);
    if (!element) continue;
    const doc::Object* below = member.value.as_object();
    const bool is_member = !below || below->empty() || below->find(".");
    nodes.push_back({*std::move(element), is_member, from_fields_v1(member.value)});
  }
  std::ranges::stable_sort(nodes, {}, &Node::element);
  FieldSet set;
  for (Node& node : nodes) {
    // Two spellings of one key.
    if (!set.nodes_.empty() && set.nodes_.back().element == node.element)
      set.nodes_.back() = united({set.nodes_.back()}, {node}).front();
    else set.nodes_.push_back(std::move(node));
  }
  return set;
}

doc::Value FieldSet::to_fields_v1() const {
  doc::Object object;
  object.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    doc::Value below = node.below.to_fields_v1();
    if (node.member && !node.below.empty()) {
      doc::Object with_self;
      with_self.reserve(node.below.nodes_.size() + 1);
      with_self.append(".", doc::Value(doc::Object()), {});
      for (doc::Member& member : *below.as_object()) with_self.append(std::move(member.key), std::move(member.value), {});
      below = doc::Value(std::move(with_self));
    }
    object.append(node.element.text, std::move(below), {});
  }
  return doc::Value(std::move(object));
}

const FieldSet::Node* FieldSet::find(const PathElement& element) const {
  auto it = std::ranges::lower_bound(nodes_, element, {}, &Node::element);
  return it != nodes_.end() && it->element == element ? &*it : nullptr;
}

bool FieldSet::has(const Path& path) const {
  const FieldSet* set = this;
  const Node* node = nullptr;
  for (const PathElement& element : path) {
    node = set->find(element);
    if (!node) return false;
    set = &node->below;
  }
  return node && node->member;
}

void FieldSet::insert(const Path& path) {
  if (path.empty()) return;
  FieldSet set;
  for (auto it = path.rbegin(); it != path.rend(); ++it) {
    FieldSet outer;
    outer.nodes_.push_back({*it, it == path.rbegin(), std::move(set)});
    set = std::move(outer);
  }
  nodes_ = united(nodes_, set.nodes_);
}

std::vector<Path> FieldSet::paths() const {
  std::vector<Path> out;
  Path prefix;
  collect(*this, prefix, out);
  return out;
}

FieldSet FieldSet::operator|(const FieldSet& other) const {
  FieldSet set;
  set.nodes_ = united(nodes_, other.nodes_);
  return set;
}

FieldSet FieldSet::operator&(const FieldSet& other) const {
  FieldSet set;
  set.nodes_ = zip(nodes_, other.nodes_, false, false,
                   [](const Node& x, const Node& y) { return Node{x.element, x.member && y.member, x.below & y.below}; });
  return set;
}

FieldSet FieldSet::operator-(const FieldSet& other) const {
  FieldSet set;
  set.nodes_ = zip(nodes_, other.nodes_, true, false,
                   [](const Node& x, const Node& y) { return Node{x.element, x.member && !y.member, x.below - y.below}; });
  return set;
}

FieldSet FieldSet::without_subtrees(const FieldSet& other) const {
  FieldSet set;
  set.nodes_ = zip(nodes_, other.nodes_, true, false, [](const Node& x, const Node& y) {
    return y.member ? Node{x.element, false, {}} : Node{x.element, x.member, x.below.without_subtrees(y.below)};
  });
  return set;
}

bool FieldSet::operator==(const FieldSet& other) const { return nodes_ == other.nodes_; }

}  // namespace graylane::patch
