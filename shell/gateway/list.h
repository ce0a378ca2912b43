// List: a list of objects that carry their own links; it does not own them. For taking out in constant time.
#pragma once

namespace graylane::gateway {

class ListLinks {
 public:
  ListLinks() = default;
  ListLinks(const ListLinks&) = delete;
  ListLinks& operator=(const ListLinks&) = delete;

 private:
  template <class T>
  friend class List;
  ListLinks* before_ = this;
  ListLinks* after_ = this;
};

/// T derives from ListLinks and is in at most one list.
template <class T>
class List {
 public:
  bool empty() const { return head_.after_ == &head_; }
  T* first() { return empty() ? nullptr : static_cast<T*>(head_.after_); }
  void push_back(T& item) {
    ListLinks& links = item;
    links.before_ = head_.before_;
    links.after_ = &head_;
    head_.before_->after_ = &links;
    head_.before_ = &links;
  }
  static void remove(T& item) {
    ListLinks& links = item;
    links.before_->after_ = links.after_;
    links.after_->before_ = links.before_;
    links.before_ = links.after_ = &links;
  }
  /// `visit` may remove the item it is given.
  template <class F>
  void for_each(F&& visit) {
    for (ListLinks* at = head_.after_; at != &head_;) {
      ListLinks* next = at->after_;
      visit(static_cast<T&>(*at));
      at = next;
    }
  }

 private:
  ListLinks head_;
};

}  // namespace graylane::gateway
