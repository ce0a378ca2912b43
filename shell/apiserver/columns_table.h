// The tables of columns of the built-in kinds, and what they are written with. Pure. Internal to the folder.
#pragma once

#include <span>
#include <string_view>

#include "apiserver/columns.h"

namespace graylane::apiserver {

using MakeCells = Cells (*)(const doc::Value& object, int64_t now_unix_seconds);

struct KindColumns {
  std::string_view kind;
  std::vector<Column> columns;
  MakeCells cells;
};

std::span<const KindColumns> workload_columns();  // Pods and what makes them
std::span<const KindColumns> network_columns();   // Services, Ingresses, endpoints
std::span<const KindColumns> config_columns();    // what is stored for others: configuration, rights, nodes, volumes, events

inline constexpr Column kName{"Name", "string", "name"};
inline constexpr Column kAge{"Age"};
inline constexpr Column kContainers{"Containers", "string", "", 1}, kImages{"Images", "string", "", 1},
    kSelector{"Selector", "string", "", 1};

// Cells of an object.
doc::Value name_cell(const doc::Value& object);
doc::Value age_cell(const doc::Value& object, int64_t now_unix_seconds);
doc::Value text_cell(const doc::Value& object, std::string_view path);
doc::Value number_cell(const doc::Value& object, std::string_view path);  // 0: there is none
doc::Value none_cell(const doc::Value& object, std::string_view path);    // "<none>"
doc::Value flag_cell(const doc::Value& object, std::string_view path);    // false

}  // namespace graylane::apiserver
