// Box: an optional value that takes one pointer while it is absent: for parts that few have. A value; a copy is deep.
#pragma once

#include <memory>
#include <utility>

namespace graylane::route {

template <class T>
class Box {
 public:
  Box() = default;
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor): as std::optional
  Box(const Box& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) { return *this = Box(other); }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  void reset() { value_.reset(); }
  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  T& operator*() { return *value_; }
  T* operator->() { return value_.get(); }
  /// Null when absent.
  const T* get() const { return value_.get(); }
  bool operator==(const Box& other) const {
    return has_value() && other.has_value() ? **this == *other : has_value() == other.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace graylane::route
