// For tests: a CustomResourceDefinition with every keyword, and decoding against it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "api/crd.h"
#include "api/decode.h"
#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::api {

inline constexpr const char* kWidgetCrd = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    selectableFields: [{jsonPath: .spec.mode}]
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status', priority: 1}
    - {name: Since, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema: &schema
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, format: int32, minimum: 1, maximum: 5}
              half: {type: number, multipleOf: 0.5, minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true}
              mode: {type: string, enum: [a, b], default: a}
              name: {type: string, pattern: '^[a-z]+$', minLength: 2, maxLength: 4}
              since: {type: string, format: date-time}
              address: {type: string, format: ipv4}
              link: {type: string, format: uri}
              blob: {type: string, format: byte}
              maybe: {type: string, nullable: true}
              never: {type: string}
              port: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
              open: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: string, default: yes-it-is}}}
              whole: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
              parts:
                type: array
                minItems: 1
                maxItems: 2
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [k]
                items: {type: object, required: [k], properties: {k: {type: string}, weight: {type: integer, default: 1}}}
              limits: {type: object, additionalProperties: {type: integer}, minProperties: 1, maxProperties: 2}
              where: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}
              nested: {type: object, default: {}, properties: {deep: {type: string, default: filled}}}
              choice:
                type: object
                properties: {x: {type: string}, w: {type: string}, z: {type: string}}
                oneOf: [{required: [x]}, {required: [w]}]
                not: {required: [z]}
              both: {type: string, allOf: [{minLength: 2}, {pattern: '^a'}]}
              replicas: {type: integer}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
        x-kubernetes-validations: [{rule: self.spec.size > 0}]
  - name: v1alpha1
    served: true
    storage: false
    deprecated: true
    schema:
      openAPIV3Schema: *schema
)";

inline doc::Value yaml(std::string_view text) {
  doc::Parsed parsed = doc::parse_yaml(text, nullptr);
  EXPECT_FALSE(has_errors(parsed.diagnostics)) << to_string(parsed.diagnostics.front());
  return parsed.documents.empty() ? doc::Value() : std::move(parsed.documents.front());
}

inline Kinds kinds_with(const Object& crd) {
  Kinds kinds = builtin_kinds();
  auto custom = kinds_of_crd(crd);
  EXPECT_TRUE(custom);
  for (Kind& kind : *custom) kinds.add(std::move(kind));
  return kinds;
}

/// "FIELD: MESSAGE" of each problem, in lines.
inline std::string problems_of(const Decoded& decoded) {
  std::string text;
  for (const Diagnostic& d : decoded.diagnostics) text += d.field + ": " + d.message + "\n";
  return text;
}

class Widgets {
 public:
  Widgets() {
    Decoded decoded = decode(yaml(kWidgetCrd), nullptr);
    EXPECT_TRUE(decoded.object) << problems_of(decoded);
    crd = *std::move(decoded.object);
    kinds = kinds_with(crd);
  }
  /// A Widget with this spec, in flow style.
  Decoded decode_spec(const std::string& spec, const std::string& version = "v1") const {
    return decode(yaml("{apiVersion: example.com/" + version + ", kind: Widget, metadata: {name: w}, spec: " + spec + "}"),
                  nullptr, {.kinds = &kinds});
  }
  std::string problems(const std::string& spec) const { return problems_of(decode_spec(spec)); }
  /// As it is stored.
  std::string stored(const std::string& spec) const {
    const Decoded decoded = decode_spec(spec);
    EXPECT_TRUE(decoded.object) << problems_of(decoded);
    return decoded.object ? doc::to_json(*decoded.object->find("spec")) : "";
  }

  Object crd;
  Kinds kinds;
};

}  // namespace graylane::api
