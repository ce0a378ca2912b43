#include "identity/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "doc/parse.h"
#include "doc/text.h"
#include "identity/test_folder.h"

namespace graylane::identity {
namespace {

using testing::UnorderedElementsAre;

const doc::Value& at(const doc::Value& value, std::string_view key) {
  static const doc::Value kAbsent;
  const doc::Value* found = value.find(key);
  return found == nullptr ? kAbsent : *found;
}
std::string text(const doc::Value& value) { return value.is_string() ? *value.as_string() : "no text"; }

/// The member `inner` of the one item of a list.
const doc::Value& only(const doc::Value& root, std::string_view list, std::string_view inner) {
  static const doc::Value kAbsent;
  const doc::Array* items = at(root, list).as_array();
  return items == nullptr || items->size() != 1 ? kAbsent : at(items->front(), inner);
}

TEST(Kubeconfig, HoldsAllThatKubectlNeeds) {
  // It can be copied anywhere: nothing in it is a path.
  Pki pki{.ca_pem = "CA\n", .server = {}, .admin = {"CERT\n", "KEY\n"}, .renew_at = {}};
  const std::string yaml = kubeconfig_text(*net::SocketAddress::parse("0.0.0.0:6443"), pki);
  const doc::Parsed parsed = doc::parse_yaml(yaml, std::make_shared<const std::string>("kubeconfig"));
  ASSERT_FALSE(has_errors(parsed.diagnostics));
  const doc::Value& root = parsed.documents.front();
  const doc::Value& cluster = only(root, "clusters", "cluster");
  EXPECT_EQ(text(at(cluster, "server")), "https://127.0.0.1:6443");
  EXPECT_EQ(doc::decode_base64(text(at(cluster, "certificate-authority-data"))), "CA\n");
  const doc::Value& user = only(root, "users", "user");
  EXPECT_EQ(doc::decode_base64(text(at(user, "client-certificate-data"))), "CERT\n");
  EXPECT_EQ(doc::decode_base64(text(at(user, "client-key-data"))), "KEY\n");
  EXPECT_EQ(text(at(only(root, "contexts", "context"), "namespace")), "default");
  EXPECT_EQ(text(at(root, "current-context")), text(only(root, "contexts", "name")));
  EXPECT_EQ(text(at(only(root, "contexts", "context"), "user")), text(only(root, "users", "name")));
  EXPECT_EQ(text(at(only(root, "contexts", "context"), "cluster")), text(only(root, "clusters", "name")));
}

TEST(Kubeconfig, AddressesOfIpv6AreInBrackets) {
  // https://::1:6443 is no URL.
  EXPECT_THAT(kubeconfig_text(*net::SocketAddress::parse("[::1]:6443"), {}), testing::HasSubstr("server: https://[::1]:6443\n"));
}

TEST(Kubeconfig, IsWrittenForItsOwnerOnlyAndLeftAloneWhenItIsTheSame) {
  // It holds the administrator's key; and what did not change keeps its time.
  const TestFolder folder;
  ASSERT_TRUE(write_kubeconfig(folder.path(), "one\n"));
  EXPECT_EQ(folder.mode("kubeconfig"), 0600U);
  const auto before = std::filesystem::last_write_time(folder.file("kubeconfig"));
  ASSERT_TRUE(write_kubeconfig(folder.path(), "one\n"));
  EXPECT_EQ(std::filesystem::last_write_time(folder.file("kubeconfig")), before);
  ASSERT_TRUE(write_kubeconfig(folder.path(), "two\n"));
  EXPECT_EQ(folder.read("kubeconfig"), "two\n");
  EXPECT_THAT(folder.names(), UnorderedElementsAre("kubeconfig"));
  EXPECT_FALSE(write_kubeconfig(folder.file("absent"), "x"));
}

}  // namespace
}  // namespace graylane::identity
