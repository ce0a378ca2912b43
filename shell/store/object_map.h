// ObjectMap: objects ordered by key; a value. Copies share everything and cost nothing; a change of one of them copies the path
// to what it changes, about 2 us among 100,000 objects, or nothing where no copy shares it. 48 bytes an object beside the object
// itself. One map is for one thread at a time; maps that share parts may be used by different threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "api/object.h"

namespace graylane::store {

class ObjectMap {
 public:
  size_t size() const { return count(root_); }
  uint32_t height() const { return height(root_); }
  api::ObjectPtr find(const api::ObjectKey& key) const;
  /// How many keys are less.
  size_t rank(const api::ObjectKey& key) const;

  /// Adds the object or replaces that of its key; returns what was there.
  api::ObjectPtr put(api::ObjectPtr object);
  /// Returns what was there.
  api::ObjectPtr erase(const api::ObjectKey& key);

  /// Calls `see` for each object whose key is not less than `from`, in order, until it returns false.
  template <class F>
  void visit(const api::ObjectKey& from, F&& see) const {
    visit(root_, &from, see);
  }

 private:
  struct Node;

  // A shared owner of a node.
  class Link {
   public:
    Link() = default;
    explicit Link(Node* node) : node_(node) {}
    Link(const Link& other) noexcept;
    Link(Link&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Link& operator=(Link other) noexcept {
      std::swap(node_, other.node_);
      return *this;
    }
    ~Link();
    explicit operator bool() const { return node_ != nullptr; }
    const Node& operator*() const { return *node_; }
    const Node* operator->() const { return node_; }
    /// The node, copied before if somebody else shares it.
    Node& own();

   private:
    Node* node_ = nullptr;
  };

  // An AVL tree.
  struct Node {
    std::atomic<uint32_t> owners = 1;
    uint32_t count = 1;  // of the objects below, this one included
    uint32_t height = 1;
    Link left = {};
    Link right = {};
    api::ObjectPtr object;
  };

  static size_t count(const Link& link) { return link ? link->count : 0; }
  static uint32_t height(const Link& link) { return link ? link->height : 0; }
  static void put(Link& at, api::ObjectPtr& object);
  static void erase(Link& at, const api::ObjectKey& key);
  static api::ObjectPtr take_first(Link& at);
  static void measure(Node& node);
  static void lift_left(Link& at);
  static void lift_right(Link& at);
  static void balance(Link& at);

  template <class F>
  static bool visit(const Link& at, const api::ObjectKey* from, F& see) {
    if (!at) return true;
    if (from && at->object->key < *from) return visit(at->right, from, see);
    return visit(at->left, from, see) && see(at->object) && visit(at->right, nullptr, see);
  }

  Link root_;
};

}  // namespace graylane::store
