// What is wrong with keys and values of labels, in the API's words. Pure. Internal to the folder.
#pragma once

#include <string>

namespace graylane::apiserver {

// What names, labels of DNS and values of labels consist of.
extern const char* const kSubdomainRule;
extern const char* const kLabelRule;
extern const char* const kLabelValueRule;

/// Why a key is no qualified name, as those of labels, annotations and finalizers are; empty: it is one.
std::string key_problem(const std::string& key);
/// Why a text is no value of a label; empty: it is one.
std::string label_value_problem(const std::string& value);

}  // namespace graylane::apiserver
