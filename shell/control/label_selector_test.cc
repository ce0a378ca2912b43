#include "control/label_selector.h"

#include <gtest/gtest.h>

#include "doc/parse.h"

namespace graylane::control {
namespace {

bool selects(std::string_view yaml, const api::Labels& labels) {
  const doc::Value value = doc::parse_yaml(yaml, {}).documents.at(0);
  return LabelSelector(&value).selects(labels);
}

TEST(LabelSelector, AllThatIsAskedForMustHold) {
  // A Pod that is taken for another's is scaled down, or sent requests, by mistake.
  const api::Labels labels = {{"app", "shop"}, {"tier", "web"}};
  EXPECT_TRUE(selects("{matchLabels: {app: shop}}", labels));
  EXPECT_FALSE(selects("{matchLabels: {app: shop, tier: db}}", labels));
  EXPECT_TRUE(selects("{matchExpressions: [{key: app, operator: In, values: [a, shop]}]}", labels));
  EXPECT_FALSE(selects("{matchExpressions: [{key: app, operator: In, values: [a]}]}", labels));
  EXPECT_FALSE(selects("{matchExpressions: [{key: none, operator: In, values: [a]}]}", labels));
  EXPECT_FALSE(selects("{matchExpressions: [{key: app, operator: NotIn, values: [shop]}]}", labels));
  EXPECT_TRUE(selects("{matchExpressions: [{key: none, operator: NotIn, values: [a]}]}", labels));
  EXPECT_TRUE(selects("{matchExpressions: [{key: app, operator: Exists}]}", labels));
  EXPECT_FALSE(selects("{matchExpressions: [{key: app, operator: DoesNotExist}]}", labels));
  EXPECT_FALSE(selects("{matchLabels: {app: shop}, matchExpressions: [{key: tier, operator: DoesNotExist}]}", labels));
}

TEST(LabelSelector, WhatIsNotUnderstoodSelectsNothing) {
  // Selecting everything instead would take all Pods of a namespace.
  EXPECT_FALSE(selects("{}", {{"app", "shop"}}));
  EXPECT_FALSE(selects("{matchExpressions: [{key: app, operator: Like, values: [shop]}]}", {{"app", "shop"}}));
  EXPECT_FALSE(LabelSelector(nullptr).selects({{"app", "shop"}}));
}

}  // namespace
}  // namespace graylane::control
