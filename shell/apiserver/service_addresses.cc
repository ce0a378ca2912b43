#include "apiserver/service_addresses.h"

#include <algorithm>

#include "api/build.h"
#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "apiserver/service_fields.h"

namespace graylane::apiserver {

using api::make_number;
using doc::Value;
using patch::Cause;

namespace {

constexpr uint32_t kAddresses = 65'534;  // 127.20.0.1 to 127.20.255.254
constexpr uint32_t kFirstNodePort = 30'000, kNodePorts = 2'768;
constexpr std::string_view kRange = "127.20.";
constexpr const char* kHealthPort = "spec.healthCheckNodePort";

const control::Selector kServices{"", "Service", std::nullopt, std::nullopt};

/// FNV-1a.
uint32_t hash_of(const api::ObjectKey& key) {
  uint32_t hash = 2'166'136'261U;
  for (const std::string* part : {&key.ns, &key.name}) {
    for (const char c : *part) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
    hash *= 16'777'619U;
  }
  return hash;
}

std::string address_text(uint32_t index) {  // from 1
  return std::string(kRange) + std::to_string(index >> 8) + "." + std::to_string(index & 255);
}

bool in_range(const std::string& address) {
  return api::is_ipv4(address) && address.starts_with(kRange) && address != "127.20.0.0" && address != "127.20.255.255";
}

uint32_t port_claim(const Value& port, int64_t number) {
  const std::string protocol = text_at(port, "protocol");
  const uint32_t high = protocol == "UDP" ? 1 : protocol == "SCTP" ? 2 : 0;
  return high << 16 | static_cast<uint32_t>(number);
}

doc::Array* ports_of(Value& service) {
  doc::Object& spec = api::object_member(*service.as_object(), "spec");
  Value* ports = spec.find("ports");
  return ports ? ports->as_array() : nullptr;
}

}  // namespace

/// One Service being given what it lacks.
class ServiceAddresses::Assignment {
 public:
  Assignment(ServiceAddresses& all, api::Object& service, const api::Object* live, bool is_tried)
      : all_(all),
        service_(service),
        own_(live ? claims_of(live->content) : Claims()),
        start_(hash_of(service.key)),
        is_tried_(is_tried) {}

  Outcome<Claims> run() {
    if (needs_cluster_ip(service_type(service_.content))) give_address();
    if (needs_node_ports(service_.content)) give_ports();
    if (needs_health_port(service_.content)) give_health_port();
    if (!causes_.empty()) {
      api::Kind kind;
      kind.gvk = {"", "v1", "Service"};
      return refuse(invalid(kind, service_.key.name, std::move(causes_)));
    }
    if (full_) return refuse(internal_error(std::string("failed to allocate ") + full_ + ": range is full"));
    return new_;
  }

 private:
  doc::Object& spec() { return api::object_member(*service_.content.as_object(), "spec"); }

  bool is_free(const std::string& address) const {
    return !all_.addresses_.contains(address) || std::ranges::find(own_.addresses, address) != own_.addresses.end();
  }
  bool is_free(uint32_t port) const {
    return !all_.ports_.contains(port) || std::ranges::find(own_.ports, port) != own_.ports.end();
  }

  void give_address() {
    std::string address = text_at(service_.content, "spec.clusterIP");
    if (address.empty()) address = first_of_list();
    if (address.empty()) address = search_address();
    else if (address != "None") check_address(address);
    if (address.empty()) return;
    if (address != "None") new_.addresses.push_back(address);
    spec().set("clusterIP", Value(address));
    spec().set("clusterIPs", Value(doc::Array{Value(address)}));
    give_families(address == "None" && size_at(service_.content, "spec.selector") == 0);
  }

  std::string first_of_list() {
    const Value* list = find_path(service_.content, "spec.clusterIPs");
    const doc::Array* items = list ? list->as_array() : nullptr;
    return items && !items->empty() && items->front().as_string() ? *items->front().as_string() : "";
  }

  void check_address(const std::string& address) {
    if (is_own(address)) return;
    const std::string why = !in_range(address) ? "the provided IP (" + address +
                                                     ") is not in the valid range. The range of valid IPs is 127.20.0.0/16"
                            : is_free(address) ? ""
                                               : "provided IP is already allocated";
    if (!why.empty())
      causes_.push_back(
          invalid_value("spec.clusterIPs", "[" + go_quoted(address) + "]", "failed to allocate IP " + address + ": " + why));
  }
  bool is_own(const std::string& address) const { return std::ranges::find(own_.addresses, address) != own_.addresses.end(); }

  std::string search_address() {
    for (uint32_t i = 0; i < kAddresses; ++i) {
      std::string address = address_text(1 + (start_ + i) % kAddresses);
      if (is_free(address)) return address;
    }
    full_ = "a cluster address";
    return {};
  }

  /// There is IPv4 only. Without selector and address nobody knows what the endpoints will be, so both are promised.
  void give_families(bool unknown) {
    doc::Array families{Value("IPv4")};
    if (unknown) families.emplace_back("IPv6");
    if (size_at(service_.content, "spec.ipFamilies") == 0) spec().set("ipFamilies", Value(std::move(families)));
    if (text_at(service_.content, "spec.ipFamilyPolicy").empty())
      spec().set("ipFamilyPolicy", Value(unknown ? "RequireDualStack" : "SingleStack"));
  }

  void give_ports() {
    doc::Array* ports = ports_of(service_.content);
    for (size_t i = 0; ports && i < ports->size(); ++i) {
      Value& port = (*ports)[i];
      const int64_t wanted = number_at(port, "nodePort");
      if (wanted != 0) check_port(port, wanted, i);
      else if (const uint32_t found = search_port(port)) port.as_object()->set("nodePort", make_number(found));
      new_.ports.push_back(port_claim(port, number_at(port, "nodePort")));
    }
  }

  void give_health_port() {
    const int64_t wanted = number_at(service_.content, kHealthPort);
    const uint32_t claim = port_claim({}, wanted);
    if (wanted != 0 && (!is_free(claim) || is_new(claim)))
      causes_.push_back(invalid_value(kHealthPort, std::to_string(wanted), "provided port is already allocated"));
    const uint32_t number = wanted != 0 ? static_cast<uint32_t>(wanted) : search_port({});
    if (number == 0) return;
    spec().set("healthCheckNodePort", make_number(number));
    new_.ports.push_back(port_claim({}, number));
  }

  void check_port(const Value& port, int64_t number, size_t index) {
    const bool valid = number >= kFirstNodePort && number < kFirstNodePort + kNodePorts;
    const bool taken = valid && (!is_free(port_claim(port, number)) || is_new(port_claim(port, number)));
    const bool is_free_to_try = is_tried_ && !is_new(port_claim(port, number));
    if ((valid && !taken) || is_free_to_try) return;
    causes_.push_back(invalid_value("spec.ports[" + std::to_string(index) + "].nodePort", std::to_string(number),
                                    taken ? "provided port is already allocated"
                                          : "provided port is not in the valid range. The range of valid ports is 30000-32767"));
  }
  bool is_new(uint32_t claim) const { return std::ranges::find(new_.ports, claim) != new_.ports.end(); }

  uint32_t search_port(const Value& port) {
    for (uint32_t i = 0; i < kNodePorts; ++i) {
      const uint32_t number = kFirstNodePort + (start_ + i) % kNodePorts;
      const uint32_t claim = port_claim(port, number);
      if (is_free(claim) && !is_new(claim)) return number;
    }
    full_ = "a node port";
    return 0;
  }

  ServiceAddresses& all_;
  api::Object& service_;
  const Claims own_;
  const uint32_t start_;
  const bool is_tried_;
  Claims new_;
  std::vector<Cause> causes_;
  const char* full_ = nullptr;
};

Outcome<ServiceAddresses::Hold> ServiceAddresses::assign(api::Object& service, const api::Object* live, bool is_tried) {
  refresh();
  auto claims = Assignment(*this, service, live, is_tried).run();
  if (!claims) return refuse(std::move(claims.error()));
  count(*claims, 1);
  return Hold(nullptr, [this, held = *std::move(claims)](std::nullptr_t) { count(held, -1); });
}

ServiceAddresses::Claims ServiceAddresses::claims_of(const Value& service) {
  Claims claims;
  const std::string address = text_at(service, "spec.clusterIP");
  if (!address.empty() && address != "None") claims.addresses.push_back(address);
  if (const int64_t number = number_at(service, kHealthPort)) claims.ports.push_back(port_claim({}, number));
  const Value* ports = find_path(service, "spec.ports");
  if (!ports || !ports->is_array()) return claims;
  for (const Value& port : *ports->as_array()) {
    if (const int64_t number = number_at(port, "nodePort")) claims.ports.push_back(port_claim(port, number));
  }
  return claims;
}

void ServiceAddresses::count(const Claims& claims, int by) {
  const auto add = [by](auto& counts, const auto& what) {
    const auto found = counts.try_emplace(what, 0).first;
    found->second += by;
    if (found->second <= 0) counts.erase(found);
  };
  for (const std::string& address : claims.addresses) add(addresses_, address);
  for (const uint32_t port : claims.ports) add(ports_, port);
}

void ServiceAddresses::put(const api::ObjectKey& key, const Claims* claims) {
  if (const auto found = of_service_.find(key); found != of_service_.end()) {
    count(found->second, -1);
    of_service_.erase(found);
  }
  if (!claims) return;
  count(*claims, 1);
  of_service_.emplace(key, *claims);
}

void ServiceAddresses::read_all() {
  while (!of_service_.empty()) put(of_service_.begin()->first, nullptr);
  auto listing = store_.list(kServices);
  if (!listing) return;
  for (const api::ObjectPtr& service : listing->items) {
    const Claims claims = claims_of(service->content);
    put(service->key, &claims);
  }
  watch_ = store_.watch(kServices, listing->revision);
}

void ServiceAddresses::refresh() {
  if (!watch_) return read_all();
  while (true) {
    auto next = watch_->next(std::chrono::milliseconds(0));
    if (!next) return read_all();  // it was too long ago
    if (!*next) return;
    const control::Event& event = **next;
    if (event.type == control::EventType::kBookmark) continue;
    const Claims claims = claims_of(event.object->content);
    put(event.object->key, event.type == control::EventType::kDeleted ? nullptr : &claims);
  }
}

}  // namespace graylane::apiserver
