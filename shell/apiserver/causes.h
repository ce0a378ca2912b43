// What is wrong with an object, as the API says it: diagnostics of core/api become causes in Kubernetes' words. Pure.
#pragma once

#include <string>
#include <vector>

#include "apiserver/status.h"
#include "base/diagnostic.h"

namespace graylane::apiserver {

/// So many of one object are enough: each of a million wrong labels would make an answer of a gigabyte.
inline constexpr size_t kCausesMax = 1000;

/// `document`: what the diagnostic is about.
patch::Cause cause_of(const Diagnostic& diagnostic, const doc::Value& document);

/// Why a text is no key of a ConfigMap or Secret; null: it is one.
const char* data_key_problem(const std::string& key);
/// Rules of the data of ConfigMaps and Secrets: its keys and its size.
void check_data(const doc::Value& document, const api::Kind& kind, std::vector<patch::Cause>& causes);
/// What manifests may leave out and requests may not.
void check_given(const doc::Value& document, const api::Kind& kind, std::vector<patch::Cause>& causes);

}  // namespace graylane::apiserver
