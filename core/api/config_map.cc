#include "api/config_map.h"

#include "api/view_fields.h"

namespace graylane::api {

ConfigMap read_config_map(const Object& object) {
  ConfigMap result;
  const doc::Value* data = fields::find_object(&object.content, "data");
  if (!data) return result;
  for (const doc::Member& entry : *data->as_object()) {
    const std::string* text = entry.value.as_string();
    if (text) result.data.emplace(entry.key, ConfigEntry{*text, entry.key_at, entry.value.at()});
  }
  return result;
}

}  // namespace graylane::api
