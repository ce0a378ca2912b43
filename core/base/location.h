// Where something was written. Plain values; cheap to copy (the file name is shared).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace graylane {

/// A place inside one file. Lines and columns count from 1, columns in bytes; 0 means unknown.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  auto operator<=>(const Position&) const = default;
};

/// The name of a file as the user gave it, shared by everything that was read from it.
using FileName = std::shared_ptr<const std::string>;

/// A place in a file, or only a file, or nothing (an object that came through the API has no file).
struct Location {
  FileName file;
  Position at;

  /// "FILE:LINE:COLUMN", "FILE" without a position, "" without a file.
  std::string to_string() const;
};

}  // namespace graylane
