#include "apiserver/custom_columns.h"

#include <algorithm>
#include <cmath>

#include "api/object.h"
#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "doc/print.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

Value integer_cell(const Value& value) {
  if (value.as_int()) return value;
  return value.as_double() ? Value(static_cast<int64_t>(std::trunc(*value.as_double()))) : Value();
}

Value date_cell(const Value& value, int64_t now) {
  if (!value.as_string()) return {};
  const auto time = api::parse_time(*value.as_string());
  return Value(time ? age_text(now - *time) : "<invalid>");
}

/// Empty for what has another type than the column.
Value cell(const api::PrinterColumn& column, const Value& content, int64_t now) {
  const Value* found = column.path.first(content);
  if (!found || found->is_null()) return {};
  if (column.type == "string") return Value(found->as_string() ? *found->as_string() : doc::to_json(*found));
  if (column.type == "date") return date_cell(*found, now);
  if (column.type == "integer") return integer_cell(*found);
  const bool fits = column.type == "boolean" ? found->is_bool() : found->is_int() || found->is_double();
  return fits ? *found : Value();
}

}  // namespace

Columns custom_columns(const api::CustomKind& custom) {
  Columns columns;
  columns.columns.push_back({"Name", "string", "name"});
  for (const api::PrinterColumn& column : custom.columns)
    columns.columns.push_back(
        {column.name.c_str(), column.type.c_str(), column.format.c_str(), column.priority, column.description.c_str()});
  const bool reads_owners = std::ranges::any_of(
      custom.columns, [](const api::PrinterColumn& column) { return column.path.may_enter("metadata", "managedFields"); });
  columns.cells = [&custom, reads_owners](const Value& given, int64_t now) {
    Value unpacked;
    if (reads_owners) api::unpack_managed_fields(unpacked = given);
    const Value& content = reads_owners ? unpacked : given;
    Cells cells = {Value(text_at(content, "metadata.name"))};
    for (const api::PrinterColumn& column : custom.columns) cells.push_back(cell(column, content, now));
    return cells;
  };
  return columns;
}

}  // namespace graylane::apiserver
