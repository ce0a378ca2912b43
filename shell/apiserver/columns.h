// The columns of the tables that kubectl prints. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/kinds.h"
#include "doc/value.h"

namespace graylane::apiserver {

struct Column {
  const char* name;
  const char* type = "string";
  const char* format = "";
  int priority = 0;                   // 1: with -o wide only
  const char* description = nullptr;  // of a custom kind's; else see description_of()
};

using Cells = doc::Array;

struct Columns {
  std::vector<Column> columns;
  std::function<Cells(const doc::Value& content, int64_t now_unix_seconds)> cells;
};

/// Of every kind: those without columns of their own have Name and Age. They may refer to `kind`.
Columns columns_of(const api::Kind& kind);

/// What a column means; "" when nothing is said.
std::string_view description_of(const Column& column);

/// "5m", "3d4h"; "<unknown>" without a time. As kubectl says it.
std::string age_text(int64_t seconds);
std::string age_of(const doc::Value& content, int64_t now_unix_seconds);

}  // namespace graylane::apiserver
