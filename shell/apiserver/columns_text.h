// What the cells of tables say about workloads, Services and endpoints, in kubectl's words. Pure. Internal to the folder.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace graylane::apiserver {

/// "metadata.name": members of members; null when one is absent.
const doc::Value* find_path(const doc::Value& content, std::string_view path);
std::string text_at(const doc::Value& content, std::string_view path);  // "" when there is none
int64_t number_at(const doc::Value& content, std::string_view path);    // 0 likewise
int64_t size_at(const doc::Value& content, std::string_view path);      // of a list or an object
std::string or_none(const std::string& text);                           // "<none>" for ""

std::string labels_text(const doc::Value* labels);                                // "a=b,c=d"
std::string selector_text(const doc::Value& content);                             // of spec.selector with matchLabels
std::string containers_text(const doc::Value& content, std::string_view member);  // of a Pod template
std::string external_ip_text(const doc::Value& service);
std::string service_ports_text(const doc::Value& service);
std::string hosts_text(const doc::Value& ingress);
std::string addresses_text(const doc::Value& ingress);  // of status.loadBalancer
std::string endpoints_text(const doc::Value& endpoints);
std::string slice_ports_text(const doc::Value& slice);
std::string slice_endpoints_text(const doc::Value& slice);
doc::Array event_cells(const doc::Value& event, int64_t now_unix_seconds);

struct PodSummary {
  std::string ready;
  std::string status;
  std::string restarts;
  std::string gates;
};
PodSummary summarize_pod(const doc::Value& pod, int64_t now_unix_seconds);

}  // namespace graylane::apiserver
