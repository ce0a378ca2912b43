// Keys of annotations (or labels) that were written beside `annotations:` instead of under it: found, explained, and indented
// where it is certain which lines that takes.
#include <algorithm>

#include "api/fields.h"
#include "api/kinds.h"
#include "api/metadata.h"

namespace graylane::api {
namespace {

using Members = std::vector<const doc::Member*>;

bool is_field(std::string_view key) {
  static const Schema& schema = *builtin_kinds().find("v1", "ConfigMap")->schema->find("metadata")->schema;
  return schema.find(key);
}

bool is_misplaced(const doc::Member& member) { return member.key.contains('/') && !is_field(member.key); }

bool is_empty(const doc::Value& value) { return value.is_null() || (value.is_object() && value.as_object()->empty()); }

struct Finding {
  Members members;   // all of metadata, as written
  size_t first = 0;  // the first key with a slash
  size_t begin = 0;  // the run [begin, end) that belongs elsewhere
  size_t end = 0;
  const doc::Member* owner = nullptr;  // annotations or labels; null: there is none before the run
  bool is_one_run = true;

  std::string owner_name() const { return owner ? owner->key : "annotations"; }
};

/// The nearest empty `annotations:` or `labels:` before the run; else any `annotations:` there.
const doc::Member* owner_of(const Members& members, size_t run) {
  const doc::Member* filled = nullptr;
  for (size_t i = run; i-- > 0;) {
    const doc::Member* m = members[i];
    if (m->key != "annotations" && m->key != "labels") continue;
    if (is_empty(m->value)) return m;
    if (m->key == "annotations") filled = m;
  }
  return filled;
}

Finding find_misplaced(const doc::Object& metadata) {
  Finding f;
  for (const doc::Member& member : metadata) f.members.push_back(&member);
  auto first = std::ranges::find_if(f.members, [](auto* m) { return is_misplaced(*m); });
  f.first = static_cast<size_t>(first - f.members.begin());
  f.begin = f.first;
  f.owner = owner_of(f.members, f.begin);
  // Right after an empty `annotations:`, keys without a slash were meant for it too.
  bool greedy = f.owner && is_empty(f.owner->value);
  while (greedy && f.begin > 0 && !is_field(f.members[f.begin - 1]->key)) --f.begin;
  auto belongs = [&](const doc::Member& m) { return greedy ? !is_field(m.key) : is_misplaced(m); };
  for (f.end = f.begin; f.end < f.members.size() && belongs(*f.members[f.end]);) ++f.end;
  f.is_one_run =
      std::none_of(f.members.begin() + static_cast<ptrdiff_t>(f.end), f.members.end(), [](auto* m) { return is_misplaced(*m); });
  return f;
}

size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }
bool is_comment(std::string_view line) { return indent_of(line) < line.size() && line[indent_of(line)] == '#'; }

/// Every member of the run begins a line of its own at one column, below the line of `above`.
bool is_block(const Finding& f, const SourceText& source) {
  uint32_t column = f.members[f.begin]->key_at.column;
  uint32_t above = f.owner ? f.owner->key_at.line : 0;
  for (size_t i = f.begin; i < f.end; ++i) {
    const doc::Member& m = *f.members[i];
    if (m.value.is_array() || m.value.is_object()) return false;
    if (m.key_at.line <= above || m.key_at.column != column) return false;
    if (indent_of(source.line(m.key_at.line)) + 1 != column) return false;
    above = m.key_at.line;
  }
  return true;
}

/// By how much to indent; 0 when that is not certain.
size_t indent_by(const Finding& f) {
  if (!f.owner) {
    bool elsewhere = std::ranges::any_of(f.members, [](auto* m) { return m->key == "annotations"; });
    return elsewhere ? 0 : 2;
  }
  bool adjacent = f.begin > 0 && f.members[f.begin - 1] == f.owner;
  if (!adjacent || f.owner->key_at.column != f.members[f.begin]->key_at.column) return 0;
  if (f.owner->value.is_null()) return 2;
  const doc::Object* entries = f.owner->value.as_object();
  if (!entries || entries->empty()) return 0;  // "annotations: {}": what to do with the braces is the author's choice
  Position child = entries->begin()->key_at;
  bool is_below = child.line > f.owner->key_at.line && child.column > f.owner->key_at.column;
  return is_below ? child.column - f.owner->key_at.column : 0;
}

/// The first line to indent: comments between `annotations:` and the first key move with it.
uint32_t first_line(const Finding& f, const SourceText& source) {
  uint32_t key_line = f.members[f.begin]->key_at.line;
  if (!f.owner || !is_empty(f.owner->value)) return key_line;
  uint32_t line = f.owner->key_at.line + 1;
  for (uint32_t i = line; i < key_line; ++i) {
    if (!is_comment(source.line(i)) && !is_blank(source.line(i))) return key_line;
  }
  return line;
}

/// The line after the last value, which may go on over deeper lines.
uint32_t end_line(const Finding& f, const SourceText& source) {
  const doc::Member& last = *f.members[f.end - 1];
  uint32_t end = last.key_at.line + 1;
  for (uint32_t i = end; i <= source.line_count(); ++i) {
    if (is_blank(source.line(i))) continue;
    if (indent_of(source.line(i)) < last.key_at.column) break;
    end = i + 1;
  }
  return end;
}

std::optional<TextEdit> indent_edit(const Finding& f, const SourceText& source) {
  size_t by = indent_by(f);
  if (!f.is_one_run || by == 0 || !source.is_yaml() || !is_block(f, source)) return std::nullopt;
  TextEdit edit{first_line(f, source), end_line(f, source), {}};
  if (!f.owner) edit.text = std::string(f.members[f.begin]->key_at.column - 1, ' ') + "annotations:\n";
  for (uint32_t i = edit.first_line; i < edit.end_line; ++i) {
    if (!is_blank(source.line(i))) edit.text.append(by, ' ');
    edit.text += source.whole_line(i);
  }
  return edit;
}

std::string consequence(const Finding& f) {
  bool canary = std::ranges::any_of(f.members, [](auto* m) { return m->key.contains("/canary"); });
  std::string text = "Kubernetes drops it or refuses the object";
  return canary ? text + ", and without it this is an ordinary Ingress that competes with the stable one" : text;
}

std::string fix_text(const Finding& f) {
  if (!f.owner) return "add annotations: before these lines and indent them by two";
  return "indent these lines by two under " + f.owner_name() + ":";
}

}  // namespace

void take_misplaced_annotations(doc::Value& metadata, Report& report) {
  doc::Object* object = metadata.as_object();
  if (!object || std::ranges::none_of(*object, is_misplaced)) return;
  Finding f = find_misplaced(*object);
  const doc::Member& first = *f.members[f.first];
  Path path(nullptr, "metadata");
  std::string message = "stands beside " + f.owner_name() + " instead of under it: " + consequence(f);
  Diagnostic* d =
      report.error("annotation-outside-annotations", Path(&path, first.key), first.key_at, std::move(message), fix_text(f));
  if (d && report.source()) {
    if (auto edit = indent_edit(f, *report.source())) d->edits.push_back(*std::move(edit));
  }
  size_t i = 0;
  erase_members(*object, [&](const doc::Member& m) {
    bool in_run = i >= f.begin && i < f.end;
    ++i;
    return in_run || is_misplaced(m);
  });
}

}  // namespace graylane::api
