#include "api/decode.h"

#include <gtest/gtest.h>

#include "api/manifest.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

Manifest read(std::string_view text) { return read_manifest(text, std::make_shared<const std::string>("m.yaml")); }

std::string printed(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += to_string(d) + "\n";
  return text;
}

std::string problems(std::string_view text) { return printed(read(text).diagnostics); }

/// The JSON of a member of the only object, by JSON-like steps.
std::string field(std::string_view text, std::initializer_list<const char*> path) {
  Manifest m = read(text);
  EXPECT_EQ(printed(m.diagnostics), "");
  if (m.objects.size() != 1) return "no object";
  const doc::Value* value = &m.objects[0].content;
  for (const char* name : path) {
    if (value->is_array()) value = &value->as_array()->front();
    value = value->find(name);
    if (!value) return "absent";
  }
  return doc::to_json(*value);
}

constexpr const char* kService = R"(apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
)";

std::string deployment(std::string_view container) {
  return R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
)" + std::string(container);
}

TEST(Decode, IdentifiesAnObject) {
  // The store keys objects by storage group, kind, namespace and name.
  Manifest m = read(
      "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: shop, creationTimestamp: 2024-02-29T12:00:00Z}\n"
      "spec: {backend: {serviceName: web, servicePort: 80}}\n");
  ASSERT_EQ(printed(m.diagnostics), "");
  ASSERT_EQ(m.objects.size(), 1u);
  const Object& o = m.objects[0];
  EXPECT_EQ(o.gvk.api_version(), "extensions/v1beta1");
  EXPECT_EQ(o.key, (ObjectKey{"networking.k8s.io", "Ingress", "default", "shop"}));
  EXPECT_EQ(o.key.to_string(), "Ingress default/shop");
  EXPECT_TRUE(o.age.has_timestamp);
  EXPECT_EQ(o.age.created_unix_seconds, 1709208000);
}

TEST(Decode, OrderIsReadOfObjectsWithoutAFile) {
  // A write through the API must not make what a directory made older than all else; but no document may say its own order.
  const doc::Value content = doc::parse_json(R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"shop",)"
                                             R"("creationTimestamp":"2024-02-29T12:00:00Z",)"
                                             R"("annotations":{"graylane.dev/order":"1048577"}}})",
                                             nullptr)
                                 .documents.at(0);
  const Age age = decode(content, nullptr).object.value().age;
  EXPECT_FALSE(age.has_timestamp);
  EXPECT_EQ(age.order, 1048577u);
  EXPECT_TRUE(decode(content, std::make_shared<const std::string>("a.yaml")).object.value().age.has_timestamp);
  doc::Value dated = content;
  dated.as_object()
      ->find("metadata")
      ->as_object()
      ->find("annotations")
      ->as_object()
      ->set(kOrderAnnotation, doc::Value("7@2024-03-01T00:00:00Z"));
  const Age whole = decode(dated, nullptr).object.value().age;
  EXPECT_EQ(whole.created_unix_seconds, 1709251200);
  EXPECT_EQ(whole.order, 7u);
}

TEST(Decode, FillsInTheDefaultsOfAService) {
  // Everything downstream reads one complete form.
  EXPECT_EQ(field(kService, {"spec", "ports"}), R"([{"port":80,"protocol":"TCP","targetPort":80}])");
  EXPECT_EQ(field(kService, {"spec", "type"}), R"("ClusterIP")");
  EXPECT_EQ(field(kService, {"spec", "internalTrafficPolicy"}), R"("Cluster")");
  EXPECT_EQ(field(kService, {"metadata", "namespace"}), R"("default")");
}

TEST(Decode, DefaultsStandWhereTheirParentStands) {
  // A message about a default must lead to a line of the file.
  Manifest m = read(kService);
  const doc::Value& port = m.objects[0].content.find("spec")->find("ports")->as_array()->front();
  EXPECT_EQ(port.find("targetPort")->at(), (Position{7, 5}));
  EXPECT_EQ(port.find("protocol")->at(), (Position{7, 5}));
}

TEST(Decode, FillsInTheDefaultsOfADeployment) {
  // Replicas and strategy decide how a release goes.
  std::string text = deployment("        image: nginx\n        readinessProbe: {httpGet: {port: 80}}\n");
  EXPECT_EQ(field(text, {"spec", "replicas"}), "1");
  EXPECT_EQ(field(text, {"spec", "strategy"}),
            R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}})");
  EXPECT_EQ(field(text, {"spec", "template", "spec", "containers", "imagePullPolicy"}), R"("Always")");
  EXPECT_EQ(field(text, {"spec", "template", "spec", "containers", "readinessProbe", "periodSeconds"}), "10");
  EXPECT_EQ(field(text, {"spec", "template", "spec", "containers", "readinessProbe", "httpGet", "scheme"}), R"("HTTP")");
}

TEST(Decode, APinnedImageIsPulledOnce) {
  // A registry's port is no tag.
  auto policy = [](const char* image) {
    return field(deployment(std::string("        image: ") + image + "\n"),
                 {"spec", "template", "spec", "containers", "imagePullPolicy"});
  };
  EXPECT_EQ(policy("nginx:1.27"), R"("IfNotPresent")");
  EXPECT_EQ(policy("nginx:latest"), R"("Always")");
  EXPECT_EQ(policy("localhost:5000/nginx"), R"("Always")");
  EXPECT_EQ(policy("nginx@sha256:00"), R"("IfNotPresent")");
}

TEST(Decode, StringDataOfASecretBecomesData) {
  // stringData is for writing only.
  const char* text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {b: AA==}\nstringData: {a: hello, b: hi}\n";
  EXPECT_EQ(field(text, {"data"}), R"({"a":"aGVsbG8=","b":"aGk="})");
  EXPECT_EQ(field(text, {"stringData"}), "absent");
}

TEST(Decode, AnnotationsAreStrings) {
  // The commonest mistake of canary manifests; Kubernetes' own message for it names neither line nor way out.
  const char* text = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/canary: true # the switch
    nginx.ingress.kubernetes.io/canary-weight: 20
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
)";
  EXPECT_EQ(
      problems(text),
      R"(m.yaml:6:41: error: nginx.ingress.kubernetes.io/canary must be a string, not the boolean true; Kubernetes refuses the object [not-a-string]
    in: Ingress default/shop, metadata.annotations[nginx.ingress.kubernetes.io/canary]
    fix: write it in quotes
m.yaml:7:48: error: nginx.ingress.kubernetes.io/canary-weight must be a string, not the integer 20; Kubernetes refuses the object [not-a-string]
    in: Ingress default/shop, metadata.annotations[nginx.ingress.kubernetes.io/canary-weight]
    fix: write it in quotes
)");
  Manifest m = read(text);
  EXPECT_TRUE(m.objects.empty());
  EXPECT_EQ(m.refused, (std::vector<ObjectKey>{{"networking.k8s.io", "Ingress", "default", "shop"}}));
  std::vector<TextEdit> edits;
  for (const Diagnostic& d : m.diagnostics) edits.insert(edits.end(), d.edits.begin(), d.edits.end());
  std::string fixed = apply_edits(text, edits);
  EXPECT_NE(fixed.find("canary: \"true\" # the switch\n"), std::string::npos) << fixed;
  EXPECT_EQ(problems(fixed), "");
}

TEST(Decode, NumbersInQuotesAreRefusedWhereNumbersBelong) {
  // The mirror image of the mistake above.
  std::string text = kService;
  text.replace(text.find("80"), 2, "\"80\"");
  Manifest m = read(text);
  EXPECT_EQ(printed(m.diagnostics), R"(m.yaml:7:11: error: port must be an integer, not the text "80" [wrong-type]
    in: Service default/web, spec.ports[0].port
    fix: write it without quotes
)");
  EXPECT_EQ(apply_edits(text, m.diagnostics[0].edits), kService);
}

TEST(Decode, UnknownFieldsAreWarningsWithASuggestion) {
  // Kubernetes drops them silently in many set-ups.
  std::string text = std::string(kService) + "    taregtPort: 8080\n    containerPort: 8080\n    zzz: 1\n";
  EXPECT_EQ(problems(text),
            R"(m.yaml:8:5: warning: taregtPort is not a field that Kubernetes has here, so it has no effect [unknown-field]
    in: Service default/web, spec.ports[0].taregtPort
    fix: did you mean targetPort?
m.yaml:9:5: warning: containerPort is not a field that Kubernetes has here, so it has no effect [unknown-field]
    in: Service default/web, spec.ports[0].containerPort
    fix: write targetPort
m.yaml:10:5: warning: zzz is not a field that Kubernetes has here, so it has no effect [unknown-field]
    in: Service default/web, spec.ports[0].zzz
)");
  EXPECT_EQ(read(text).objects[0].content.find("spec")->find("ports")->as_array()->front().find("zzz"), nullptr);
}

TEST(Decode, TheOldBackendInANewIngressSaysWhatToWrite) {
  // Half of the manifests on the web are of v1beta1.
  const char* text = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          serviceName: web
          servicePort: 80
)";
  EXPECT_EQ(problems(text),
            R"(m.yaml:11:11: warning: serviceName is not a field that Kubernetes has here, so it has no effect [unknown-field]
    in: Ingress default/shop, spec.rules[0].http.paths[0].backend.serviceName
    fix: write service.name; serviceName is the form of v1beta1
m.yaml:11:11: error: service is required and missing [missing-field]
    in: Ingress default/shop, spec.rules[0].http.paths[0].backend.service
    fix: add service with name and port
m.yaml:12:11: warning: servicePort is not a field that Kubernetes has here, so it has no effect [unknown-field]
    in: Ingress default/shop, spec.rules[0].http.paths[0].backend.servicePort
    fix: write service.port.number (or service.port.name); servicePort is the form of v1beta1
)");
}

TEST(Decode, WhatIngressNginxServesIsAWarning) {
  // The API server refuses these, but the original routes by them when they come from elsewhere; so do we.
  const char* text = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
  - host: Shop.example
    http:
      paths:
      - path: shop
        backend: {service: {name: web, port: {name: http}}}
      - path: ""
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
  - host: 10.0.0.1
)";
  EXPECT_EQ(
      problems(text),
      R"(m.yaml:6:11: warning: host must be a DNS name in lower-case letters, or one after '*.', not "Shop.example"; Kubernetes refuses it [invalid-host]
    in: Ingress default/shop, spec.rules[0].host
m.yaml:9:9: warning: pathType is missing, which Kubernetes refuses in networking.k8s.io/v1; it counts as ImplementationSpecific [no-path-type]
    in: Ingress default/shop, spec.rules[0].http.paths[0].pathType
    fix: add pathType: Prefix, Exact or ImplementationSpecific
m.yaml:9:15: warning: path must begin with '/', or Kubernetes refuses it [bad-path]
    in: Ingress default/shop, spec.rules[0].http.paths[0].path
    fix: begin it with '/'
m.yaml:11:15: warning: path is empty, which Kubernetes refuses with pathType Prefix; it counts as "/" [bad-path]
    in: Ingress default/shop, spec.rules[0].http.paths[1].path
    fix: write path: /
m.yaml:14:5: warning: rules[1] has no http section, so no path leads to a Service [rule-without-http]
    in: Ingress default/shop, spec.rules[1]
    fix: add http.paths, or remove the rule
m.yaml:14:11: warning: host must be a DNS name, not the IP address "10.0.0.1"; Kubernetes refuses it [invalid-host]
    in: Ingress default/shop, spec.rules[1].host
)");
  EXPECT_EQ(read(text).objects.size(), 1u);
}

TEST(Decode, LoopbackEndpointsAreAWarning) {
  // On one machine the backends listen on loopback.
  const char* text = R"(apiVersion: v1
kind: Endpoints
metadata: {name: web}
subsets: [{addresses: [{ip: 127.0.0.1}, {ip: 10.0.0.1}], ports: [{port: 80}]}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web}
addressType: IPv4
endpoints: [{addresses: [127.0.0.2]}, {addresses: [web.example]}]
)";
  EXPECT_EQ(
      problems(text),
      R"(m.yaml:4:29: warning: ip is 127.0.0.1, a loopback address, which Kubernetes refuses as an endpoint; it is used here [loopback-endpoint]
    in: Endpoints default/web, subsets[0].addresses[0].ip
m.yaml:10:26: warning: addresses[0] is 127.0.0.2, a loopback address, which Kubernetes refuses as an endpoint; it is used here [loopback-endpoint]
    in: EndpointSlice default/web, endpoints[0].addresses[0]
m.yaml:10:52: error: addresses[0] must be an address of the slice's addressType IPv4 [invalid-value]
    in: EndpointSlice default/web, endpoints[1].addresses[0]
)");
}

TEST(Decode, EnumsAndRangesAreErrors) {
  // What the API server refuses must not be in force here.
  std::string text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: Nodeport, ports: [{port: 70000}]}\n";
  EXPECT_EQ(
      problems(text),
      R"(m.yaml:4:14: error: type must be one of ClusterIP, NodePort, LoadBalancer, ExternalName, not "Nodeport" [invalid-value]
    in: Service default/web, spec.type
    fix: write NodePort
m.yaml:4:39: error: port must be between 1 and 65535, not 70000 [out-of-range]
    in: Service default/web, spec.ports[0].port
)");
}

TEST(Decode, NamesAreRequiredAndChecked) {
  // The name is how everything else finds the object.
  EXPECT_EQ(problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n"),
            R"(m.yaml:3:11: error: name is required and missing [missing-field]
    in: ConfigMap, metadata.name
    fix: write a name; generateName works with kubectl create only
)");
  EXPECT_EQ(
      problems("apiVersion: v1\nkind: Namespace\nmetadata: {name: Shop}\n"),
      R"(m.yaml:3:18: error: name must be lower-case letters, digits and '-', with a letter or digit at both ends, at most 63 (DNS-1123), not "Shop" [invalid-name]
    in: Namespace Shop, metadata.name
)");
}

TEST(Decode, UnknownKindsAreKept) {
  // Other programs' objects lie beside ours; but a misspelt kind of ours is worth a warning.
  Manifest m = read("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {x: [1, {z: 2}]}\n");
  ASSERT_EQ(m.objects.size(), 1u);
  EXPECT_EQ(m.objects[0].key, (ObjectKey{"example.com", "Widget", "", "w"}));
  EXPECT_EQ(doc::to_json(*m.objects[0].find("spec")), R"({"x":[1,{"z":2}]})");
  EXPECT_EQ(printed(m.diagnostics),
            R"(m.yaml:2:7: info: kind "Widget" of "example.com/v1" is not known here; it is kept as it is [unknown-kind]
    in: Widget w, kind
)");
  EXPECT_EQ(
      problems("apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: w}\n"),
      R"(m.yaml:2:7: warning: kind "Deployment" of "extensions/v1beta1" is not known here; it is kept as it is [unknown-kind]
    in: Deployment w, kind
    fix: did you mean apiVersion: apps/v1?
)");
}

TEST(Decode, TheSelectorMustMatchTheTemplate) {
  // Otherwise the Deployment never finds its Pods.
  std::string text = deployment("        image: a\n");
  text.replace(text.find("{app: web}"), 10, "{app: wob}");
  EXPECT_EQ(
      problems(text),
      R"(m.yaml:5:28: error: app is not among the labels of the Pod template with this value, so the Pods would not be found [selector-mismatch]
    in: Deployment default/web, spec.selector.matchLabels.app
    fix: make it equal to template.metadata.labels
)");
}

TEST(Decode, EntriesOfAListMapDiffer) {
  // Apply pairs entries by these keys.
  std::string text = deployment("        image: a\n      - {name: web, image: b}\n");
  EXPECT_EQ(problems(text), R"(m.yaml:12:9: error: containers[1] has the same name as an entry before it [duplicate-entry]
    in: Deployment default/web, spec.template.spec.containers[1]
    fix: change or remove one of them
)");
}

TEST(Decode, VolumeMountsNeedTheirVolume) {
  // The Pod would be refused only when it is created.
  std::string text =
      deployment("        image: a\n        volumeMounts: [{name: confg, mountPath: /c}]\n      volumes: [{name: config}]\n");
  EXPECT_EQ(problems(text), R"(m.yaml:12:31: error: name is "confg", and the Pod has no volume of that name [unknown-volume]
    in: Deployment default/web, spec.template.spec.containers[0].volumeMounts[0].name
    fix: did you mean config?
)");
}

TEST(Decode, ProblemsOfOneObjectAreLimited) {
  // A hostile file must not fill the memory with messages.
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n";
  for (int i = 0; i < 1000; ++i) text += "  k" + std::to_string(i) + ": 1\n";
  Manifest m = read(text);
  ASSERT_EQ(m.diagnostics.size(), 101u);
  EXPECT_TRUE(has_errors(m.diagnostics));
}

TEST(Decode, TextInMessagesIsEscapedAndShortened) {
  // Manifests are untrusted, and terminals obey escape sequences.
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\\u001b[31m" + std::string(1000, 'x') + "\"}\n";
  std::string shown = problems(text);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_LT(shown.size(), 600u);
}

}  // namespace
}  // namespace graylane::api
