// An AccessEntry as bytes in an AccessRing, and back. The bytes never leave the process.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "telemetry/access_entry.h"

namespace graylane::telemetry {

/// The most that encoded_size() gives: all texts cut at their limits.
inline constexpr size_t kEncodedBytesMax = 32 * 1024;

size_t encoded_size(const AccessEntry& entry);
/// Writes encoded_size(entry) bytes.
void encode_entry(const AccessEntry& entry, char* out);

/// An entry whose views point into the encoded bytes.
struct DecodedEntry {
  AccessEntry entry;
  std::array<UpstreamTry, kLogTriesMax> tries;  // what entry.tries points to: not to be copied
  DecodedEntry() = default;
  DecodedEntry(const DecodedEntry&) = delete;
  DecodedEntry& operator=(const DecodedEntry&) = delete;
};
void decode_entry(std::string_view bytes, DecodedEntry& decoded);

}  // namespace graylane::telemetry
