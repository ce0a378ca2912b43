// The tables of descriptions: "Type: sentence", and below it, indented, "field: sentence". "Any" holds the fields that mean the same
// everywhere. Internal to the folder.
#pragma once

namespace graylane::openapi {

extern const char* const kMetaDescriptions;
extern const char* const kPodDescriptions;
extern const char* const kWorkloadDescriptions;
extern const char* const kNetworkDescriptions;
extern const char* const kOtherDescriptions;

}  // namespace graylane::openapi
