#include "dialect/ingress_nginx/class_filter.h"

#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

const std::string kNginx = "k8s.io/ingress-nginx";

/// Why an Ingress with this class and this annotation is not ours; empty: it is.
std::string why_not(const std::string& spec_class, const std::string& annotation, const std::string& classes = "",
                    ClassSelector selector = {}) {
  ClassFilter filter(std::move(selector));
  for (const api::ObjectPtr& object : objects_of(classes)) filter.put(*object);
  IngressText text{.paths = {"shop.example / Prefix main:80"}};
  if (!spec_class.empty()) text.spec = "  ingressClassName: " + spec_class + "\n";
  if (!annotation.empty()) text.annotations = {{"kubernetes.io/ingress.class", annotation == "-" ? "" : annotation}};
  const api::ObjectPtr object = objects_of(yaml(text)).at(0);
  return filter.why_not_ours(*object, api::read_ingress(*object)).value_or("");
}

TEST(ClassFilter, WithoutIngressClassesTheNameDecides) {
  // A directory of manifests has mostly no IngressClass objects.
  EXPECT_EQ(why_not("nginx", ""), "");
  EXPECT_EQ(why_not("graylane", ""), "");
  EXPECT_EQ(why_not("", ""), "");
  EXPECT_EQ(why_not("traefik", ""), "its class traefik is none of nginx, graylane, and no IngressClass of that name is ours");
}

TEST(ClassFilter, AnIngressClassOfOurControllerMakesAnyNameOurs) {
  // And one of another controller takes even our name away.
  EXPECT_EQ(why_not("edge", "", ingress_class("edge", kNginx)), "");
  EXPECT_EQ(why_not("nginx", "", ingress_class("nginx", "other.io/x")),
            "the IngressClass nginx belongs to the controller other.io/x");
  ClassSelector by_name;
  by_name.by_name = true;
  EXPECT_EQ(why_not("nginx", "", ingress_class("nginx", "other.io/x"), by_name), "");
}

TEST(ClassFilter, TheAnnotationIsComparedWithCaseAndEmptyIsNotAbsent) {
  // Found by running the original.
  EXPECT_EQ(why_not("", "nginx"), "");
  EXPECT_NE(why_not("", "Nginx"), "");
  EXPECT_NE(why_not("", "-"), "");
  EXPECT_EQ(why_not("nginx", "traefik"), "") << "the field of the spec comes first";
}

TEST(ClassFilter, ADefaultClassDecidesForThoseWithoutOne) {
  // What the API server would have written into the object.
  EXPECT_EQ(why_not("", "", ingress_class("edge", kNginx, true)), "");
  EXPECT_NE(why_not("", "", ingress_class("edge", "other.io/x", true)), "");
  ClassSelector strict;
  strict.without_class = false;
  EXPECT_EQ(why_not("", "", "", strict), "it has no class, and there is no default class");
}

TEST(ClassFilter, AClassThatComesLaterTakesTheIngressAway) {
  // The filter's answer changes under the Ingress's feet.
  Compiler compiler{Options()};
  for (const api::ObjectPtr& object :
       objects_of(services({"main"}) + yaml({.paths = {"shop.example / Prefix main:80"}, .spec = "  ingressClassName: nginx\n"})))
    compiler.put(object);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "main");
  const api::ObjectPtr theirs = objects_of(ingress_class("nginx", "other.io/x"))[0];
  compiler.put(theirs);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "404");
  compiler.remove(theirs->key);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "main");
}

TEST(ClassFilter, DisableCatchAllLeavesDefaultBackendsOut) {
  // The flag of that name, for controllers that share a cluster.
  Options options;
  options.disable_catch_all = true;
  const std::string text = services({"main"}) + yaml({.spec = "  defaultBackend: {service: {name: main, port: {number: 80}}}\n"});
  EXPECT_EQ(World(text).answer("http://any.example/"), "main");
  EXPECT_EQ(World(text, options).answer("http://any.example/"), "404");
}

}  // namespace
}  // namespace graylane::ingress_nginx
