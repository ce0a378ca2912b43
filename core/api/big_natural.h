// BigNatural: a natural number of any size, as far as quantities need one. A plain value. Internal to core/api.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace graylane::api {

class BigNatural {
 public:
  BigNatural() = default;
  /// Words, the lowest first; the highest is not 0.
  explicit BigNatural(std::vector<uint64_t> words) : words_(std::move(words)) {}

  bool is_zero() const { return words_.empty(); }
  const std::vector<uint64_t>& words() const { return words_; }
  bool operator<(const BigNatural& other) const {
    if (words_.size() != other.words_.size()) return words_.size() < other.words_.size();
    return std::ranges::lexicographical_compare(words_.rbegin(), words_.rend(), other.words_.rbegin(), other.words_.rend());
  }

  /// this * factor + addend.
  BigNatural& multiply_add(uint64_t factor, uint64_t addend = 0) {
    Twice carry = addend;
    for (uint64_t& word : words_) {
      carry += static_cast<Twice>(word) * factor;
      word = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    if (carry > 0) words_.push_back(static_cast<uint64_t>(carry));
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
    return *this;
  }

  /// Becomes the quotient, rounded down; returns the remainder.
  uint64_t divide(uint64_t divisor) {
    Twice rest = 0;
    for (auto word = words_.rbegin(); word != words_.rend(); ++word) {
      rest = rest << 64 | *word;
      *word = static_cast<uint64_t>(rest / divisor);
      rest %= divisor;
    }
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
    return static_cast<uint64_t>(rest);
  }

  bool divides_by(uint64_t divisor) const { return BigNatural(*this).divide(divisor) == 0; }

  std::string text() const {
    std::string digits;
    for (BigNatural rest = *this; !rest.is_zero();) digits += static_cast<char>('0' + rest.divide(10));
    return digits.empty() ? "0" : std::string(digits.rbegin(), digits.rend());
  }

 private:
  __extension__ using Twice = unsigned __int128;

  std::vector<uint64_t> words_;
};

}  // namespace graylane::api
