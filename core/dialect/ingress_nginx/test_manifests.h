// For tests of the compiler: manifests as text, the table that they compile to, and its answers as short text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/manifest.h"
#include "dialect/ingress_nginx/compiler.h"
#include "route/explain.h"

namespace graylane::ingress_nginx {

using Texts = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// An Ingress. A path is "HOST PATH TYPE SERVICE:PORT"; "-" stands for what the manifest leaves out.
struct IngressText {
  std::string name = "main";
  std::string ns = "default";
  int created = 1;      // seconds; 0: no creationTimestamp
  Pairs annotations{};  // names without ingress-nginx's prefix, unless they have one
  Texts paths{};
  std::string spec{};  // further lines of spec, indented by two
};

inline std::string indent_block(std::string_view text) { return "|\n      " + std::string(text); }

inline std::string path_text(const std::string& path) {
  std::string host, text, type, service;
  std::istringstream(path) >> host >> text >> type >> service;
  const size_t colon = service.find(':');
  const std::string port = service.substr(colon + 1);
  const bool number = port[0] >= '0' && port[0] <= '9';
  std::string out = host == "-" ? "  - http:\n" : "  - host: \"" + host + "\"\n    http:\n";
  out += "      paths:\n      - backend: {service: {name: " + service.substr(0, colon) + ", port: {" +
         (number ? "number: " : "name: ") + port + "}}}\n";
  if (text != "-") out += "        path: '" + text + "'\n";
  if (type != "-") out += "        pathType: " + type + "\n";
  return out;
}

/// "2024-03-01T08:00:05Z"
inline std::string time_text(int seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "2024-03-01T08:%02d:%02dZ", seconds / 60 % 60, seconds % 60);
  return text;
}

inline std::string yaml(const IngressText& ingress) {
  std::string out = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + ingress.name +
                    "\n  namespace: " + ingress.ns + "\n";
  if (ingress.created > 0) out += "  creationTimestamp: " + time_text(ingress.created) + "\n";
  if (!ingress.annotations.empty()) out += "  annotations:\n";
  for (const auto& [name, value] : ingress.annotations) {
    const bool block = value.starts_with("|\n");
    out += "    " + (name.find('/') == std::string::npos ? "nginx.ingress.kubernetes.io/" + name : name) + ": " +
           (block ? value : "'" + value + "'") + "\n";
  }
  out += "spec:\n" + ingress.spec;
  if (ingress.paths.empty()) return ingress.spec.empty() ? out + "  rules: []\n" : out;
  out += "  rules:\n";
  for (const std::string& path : ingress.paths) out += path_text(path);
  return out;
}

/// A Service with the port 80 (named http), and one ready endpoint.
inline std::string service(const std::string& name, const std::string& ns = "default", bool ready = true) {
  std::string out = "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: " + ns +
                    "}\nspec: {ports: [{name: http, port: 80}, {name: alt, port: 81}]}\n";
  if (!ready) return out;
  return out + "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + name + "-1, namespace: " + ns +
         ", labels: {kubernetes.io/service-name: " + name +
         "}}\naddressType: IPv4\n"
         "endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]\nports: [{name: http, port: 8080}, {name: alt, port: "
         "8081}]\n";
}

inline std::string services(const Texts& names) {
  std::string out;
  for (const std::string& name : names) out += service(name);
  return out;
}

inline std::string config_map(const Pairs& data, const std::string& name = "ingress-nginx-controller",
                              const std::string& ns = "ingress-nginx") {
  std::string out = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: " + ns + "}\ndata:\n";
  for (const auto& [key, value] : data) out += "  " + key + ": '" + value + "'\n";
  return out;
}

inline std::string secret(const std::string& name, const std::string& ns = "default") {
  return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: " + name + ", namespace: " + ns + "}\ndata: {auth: eDp5}\n";
}

inline std::string ingress_class(const std::string& name, const std::string& controller, bool is_default = false) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " + name +
         (is_default ? ", annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}" : "") +
         "}\nspec: {controller: " + controller + "}\n";
}

inline std::vector<api::ObjectPtr> objects_of(std::string_view text) {
  static const FileName kFile = std::make_shared<const std::string>("test.yaml");
  std::vector<api::ObjectPtr> objects;
  for (api::Object& object : api::read_manifest(text, kFile).objects)
    objects.push_back(std::make_shared<const api::Object>(std::move(object)));
  return objects;
}

inline Options exact() {
  Options options;
  options.compat = {true, true, true, true};
  return options;
}

/// A request: "http://HOST/PATH" or "https://...", and headers.
struct Ask {
  std::string url = "http://shop.example/";
  Pairs headers{};
  std::string client = "192.0.2.7";
  std::string method = "GET";
};

inline route::Explanation explain(const route::Table& table, const Ask& ask) {
  static route::Scratch scratch;
  const std::string_view url = ask.url;
  const size_t start = url.find("://") + 3;
  const size_t slash = std::min(url.find('/', start), url.size());
  std::vector<route::HeaderField> headers;
  for (const auto& [name, value] : ask.headers) headers.push_back({name, value});
  route::Request request;
  request.method = ask.method;
  request.host = url.substr(start, slash - start);
  request.target = slash == url.size() ? "/" : url.substr(slash);
  request.headers = headers;
  request.peer = route::parse_address(ask.client).value();
  request.peer_text = ask.client;
  request.tls = url.starts_with("https");
  request.listener_port = request.tls ? 443 : 80;
  return route::explain(table, request, scratch);
}

inline std::string share_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", share);
  return text;
}

/// "main", "main 0.9, canary 0.1", "404", "301 http://shop.example/a/"; Services of the namespace default without it.
inline std::string text_of(const route::Explanation& answer) {
  if (answer.status) return std::to_string(*answer.status) + (answer.location ? " " + *answer.location : "");
  std::string out;
  for (const route::Outcome& outcome : answer.to) {
    const std::string name = outcome.service.starts_with("default/") ? outcome.service.substr(8) : outcome.service;
    out += (out.empty() ? "" : ", ") + name + (answer.to.size() > 1 ? " " + share_text(outcome.share) : "");
  }
  return out;
}

/// Manifests, compiled.
class World {
 public:
  explicit World(std::string text, Options options = {}) : text_(std::move(text)), compiler_(std::move(options)) {
    for (const api::ObjectPtr& object : objects_of(text_)) compiler_.put(object);
    table_ = compiler_.compile();
  }

  route::Explanation explained(const Ask& ask) const { return explain(*table_, ask); }
  std::string answer(const Ask& ask) const { return text_of(explained(ask)); }
  std::string answer(const std::string& url, Pairs headers = {}) const { return answer(Ask{url, std::move(headers)}); }
  Diagnostics diagnostics() const { return compiler_.diagnostics(); }
  const route::Table& table() const { return *table_; }

  /// Null when there is none, or more than one.
  const Diagnostic* only(std::string_view id) {
    diagnostics_ = compiler_.diagnostics();
    const auto same = [&](const Diagnostic& d) { return d.id == id; };
    return std::ranges::count_if(diagnostics_, same) == 1 ? &*std::ranges::find_if(diagnostics_, same) : nullptr;
  }

  /// The rest of the line at a diagnostic's place.
  std::string text_at(const Diagnostic& diagnostic) const {
    std::istringstream lines(text_);
    std::string line;
    for (uint32_t i = 0; i < diagnostic.where.at.line; ++i) std::getline(lines, line);
    const size_t column = diagnostic.where.at.column;
    return column == 0 || column > line.size() ? "" : line.substr(column - 1);
  }

  std::string ids() const {
    std::string out;
    for (const Diagnostic& d : compiler_.diagnostics()) out += (out.empty() ? "" : " ") + d.id;
    return out;
  }

 private:
  std::string text_;
  Compiler compiler_;
  route::TablePtr table_;
  Diagnostics diagnostics_;
};

/// "WHY" of the step that names this rule; empty when there is none.
inline std::string why_of(const route::Explanation& answer, std::string_view rule) {
  for (const route::TraceStep& step : answer.trace) {
    if (step.rule.find(rule) != std::string::npos) return step.why;
  }
  return {};
}

}  // namespace graylane::ingress_nginx
