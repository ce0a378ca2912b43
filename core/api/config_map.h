// ConfigMap: a typed view of a ConfigMap object's text entries. A plain value.
#pragma once

#include <map>
#include <string>

#include "api/object.h"

namespace graylane::api {

struct ConfigEntry {
  std::string value;
  Position key_at;
  Position at;  // of the value
};

struct ConfigMap {
  std::map<std::string, ConfigEntry, std::less<>> data;  // binaryData is not read
};

/// Reads an object of kind ConfigMap. Never fails: entries that are no text (which decoding has reported) count as absent.
ConfigMap read_config_map(const Object& object);

}  // namespace graylane::api
