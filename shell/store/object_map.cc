#include "store/object_map.h"

#include <algorithm>
#include <compare>

namespace graylane::store {

using api::ObjectKey;
using api::ObjectPtr;

ObjectMap::Link::Link(const Link& other) noexcept : node_(other.node_) {
  if (node_) node_->owners.fetch_add(1, std::memory_order_relaxed);
}

ObjectMap::Link::~Link() {
  if (node_ && node_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete node_;
}

ObjectMap::Node& ObjectMap::Link::own() {
  // A sole owner stays one: nobody else can reach the node to share it.
  if (node_->owners.load(std::memory_order_acquire) != 1) {
    *this = Link(new Node{1, node_->count, node_->height, node_->left, node_->right, node_->object});
  }
  return *node_;
}

ObjectPtr ObjectMap::find(const ObjectKey& key) const {
  for (const Link* at = &root_; *at;) {
    const auto order = key <=> (*at)->object->key;
    if (order == 0) return (*at)->object;
    at = order < 0 ? &(*at)->left : &(*at)->right;
  }
  return nullptr;
}

size_t ObjectMap::rank(const ObjectKey& key) const {
  size_t less = 0;
  for (const Link* at = &root_; *at;) {
    if ((*at)->object->key < key) {
      less += count((*at)->left) + 1;
      at = &(*at)->right;
    } else {
      at = &(*at)->left;
    }
  }
  return less;
}

ObjectPtr ObjectMap::put(ObjectPtr object) {
  put(root_, object);
  return object;
}

ObjectPtr ObjectMap::erase(const ObjectKey& key) {
  ObjectPtr found = find(key);
  if (found) erase(root_, key);
  return found;
}

// Leaves in `object` what was there.
void ObjectMap::put(Link& at, ObjectPtr& object) {
  if (!at) {
    at = Link(new Node{.object = std::exchange(object, nullptr)});
    return;
  }
  Node& node = at.own();
  const auto order = object->key <=> node.object->key;
  if (order == 0) {
    node.object.swap(object);
    return;
  }
  put(order < 0 ? node.left : node.right, object);
  balance(at);
}

// The key must be there.
void ObjectMap::erase(Link& at, const ObjectKey& key) {
  Node& node = at.own();
  const auto order = key <=> node.object->key;
  if (order != 0) {
    erase(order < 0 ? node.left : node.right, key);
  } else if (node.left && node.right) {
    node.object = take_first(node.right);
  } else {
    at = Link(node.left ? node.left : node.right);
    return;
  }
  balance(at);
}

ObjectPtr ObjectMap::take_first(Link& at) {
  Node& node = at.own();
  ObjectPtr first;
  if (node.left) {
    first = take_first(node.left);
    balance(at);
  } else {
    first = node.object;
    at = Link(node.right);
  }
  return first;
}

void ObjectMap::measure(Node& node) {
  node.count = static_cast<uint32_t>(count(node.left) + 1 + count(node.right));
  node.height = 1 + std::max(height(node.left), height(node.right));
}

// Its left child takes the node's place.
void ObjectMap::lift_left(Link& at) {
  Link top = std::move(at.own().left);
  Node& child = top.own();
  at.own().left = std::move(child.right);
  measure(at.own());
  child.right = std::move(at);
  measure(child);
  at = std::move(top);
}

void ObjectMap::lift_right(Link& at) {
  Link top = std::move(at.own().right);
  Node& child = top.own();
  at.own().right = std::move(child.left);
  measure(at.own());
  child.left = std::move(at);
  measure(child);
  at = std::move(top);
}

// Of a node whose children are balanced and differ by at most two in height.
void ObjectMap::balance(Link& at) {
  Node& node = at.own();
  if (height(node.left) > height(node.right) + 1) {
    if (height(node.left->left) < height(node.left->right)) lift_right(node.left);
    lift_left(at);
  } else if (height(node.right) > height(node.left) + 1) {
    if (height(node.right->right) < height(node.right->left)) lift_left(node.right);
    lift_right(at);
  } else {
    measure(node);
  }
}

}  // namespace graylane::store
