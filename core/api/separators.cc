#include "api/separators.h"

#include <algorithm>
#include <array>
#include <set>

#include "api/source_text.h"

namespace graylane::api {
namespace {

constexpr std::string_view kDuplicateKey = "yaml-duplicate-key";

/// The key of a duplicate at the top of a document; empty for any other diagnostic.
std::string_view top_level_duplicate(const Diagnostic& d) {
  bool is_top = d.id == kDuplicateKey && d.where.at.column == 1 && d.field.find_first_of(".[") == std::string::npos;
  return is_top ? std::string_view(d.field) : std::string_view();
}

/// Which document of the parsed ones a position is in.
size_t document_at(const std::vector<doc::Value>& documents, Position at) {
  auto after = std::ranges::upper_bound(documents, at, {}, &doc::Value::at);
  return after == documents.begin() ? 0 : static_cast<size_t>(after - documents.begin()) - 1;
}

struct Boundary {
  Position at;
  size_t document = 0;  // of the first parse
};

/// Where manifests begin in the middle of a document: at each repeated key that starts a new round of keys, if the round has an
/// apiVersion or a kind.
std::vector<Boundary> find_boundaries(const doc::Parsed& parsed) {
  std::vector<Boundary> found;
  std::set<std::string_view> round;
  Boundary begin;
  auto end_round = [&] {
    if (round.contains("apiVersion") || round.contains("kind")) found.push_back(begin);
    round.clear();
  };
  for (const Diagnostic& d : parsed.diagnostics) {
    std::string_view key = top_level_duplicate(d);
    if (key.empty()) continue;
    size_t document = document_at(parsed.documents, d.where.at);
    if (round.contains(key) || document != begin.document) end_round();
    if (round.empty()) begin = {d.where.at, document};
    round.insert(key);
  }
  end_round();
  return found;
}

/// The text with a line `---` before every boundary.
std::string separate(std::string_view text, const std::vector<Boundary>& boundaries) {
  std::vector<TextEdit> edits;
  for (const Boundary& b : boundaries) edits.push_back({b.at.line, b.at.line, "---\n"});
  return apply_edits(text, std::move(edits));
}

/// Turns positions in the separated text into positions in the text as it was.
class LineMap {
 public:
  explicit LineMap(const std::vector<Boundary>& boundaries) {
    for (size_t i = 0; i < boundaries.size(); ++i) inserted_.push_back(boundaries[i].at.line + static_cast<uint32_t>(i));
  }
  void restore(Position& at) const {
    auto before = std::ranges::upper_bound(inserted_, at.line) - inserted_.begin();
    at.line -= static_cast<uint32_t>(before);
  }
  // Deep documents are bounded by the parser's depth limit.
  void restore(doc::Value& value) const {
    Position at = value.at();
    restore(at);
    value.set_at(at);
    if (doc::Array* items = value.as_array()) {
      for (doc::Value& item : *items) restore(item);
    } else if (doc::Object* object = value.as_object()) {
      for (doc::Member& member : *object) {
        restore(member.key_at);
        restore(member.value);
      }
    }
  }

 private:
  std::vector<uint32_t> inserted_;  // lines of the separated text
};

/// Documents whose content the parser could not take whole (the key of a value that is lost, for one).
void mark_broken(SeparatedDocuments& parsed) {
  static constexpr std::array<std::string_view, 4> kOfContent = {kDuplicateKey, "yaml-key", "yaml-merge", "yaml-value"};
  parsed.broken.assign(parsed.documents.size(), false);
  for (const Diagnostic& d : parsed.diagnostics) {
    bool is_content = std::ranges::find(kOfContent, d.id) != kOfContent.end();
    if (is_content && d.severity == Severity::kError && !parsed.documents.empty())
      parsed.broken[document_at(parsed.documents, d.where.at)] = true;
  }
}

SeparatedDocuments without_boundaries(doc::Parsed parsed, const doc::ParseLimits& limits) {
  SeparatedDocuments result(std::move(parsed));
  mark_broken(result);
  if (result.diagnostics.size() > limits.diagnostics_max) result.diagnostics.resize(limits.diagnostics_max);
  return result;
}

Diagnostic missing_separator(const FileName& file, Position at) {
  return {Severity::kError,
          "two-manifests-without-separator",
          {},
          {},
          "a second manifest begins here without a line '---' before it: read as one document, the later keys replace the "
          "earlier ones and one of the manifests is lost",
          "put a line '---' before this line",
          {file, at},
          {{at.line, at.line, "---\n"}}};
}

}  // namespace

SeparatedDocuments parse_separated(std::string_view text, const FileName& file, const doc::ParseLimits& limits) {
  doc::ParseLimits wide = limits;
  // Each missing separator costs a few duplicate keys: all of them must be seen.
  wide.diagnostics_max = std::max<size_t>(limits.diagnostics_max, 10'000);
  doc::Parsed first = doc::parse_yaml(text, file, wide);
  std::vector<Boundary> boundaries = find_boundaries(first);
  if (boundaries.empty()) return without_boundaries(std::move(first), limits);
  SeparatedDocuments result(doc::parse_yaml(separate(text, boundaries), file, limits));
  LineMap lines(boundaries);
  for (Diagnostic& d : result.diagnostics) lines.restore(d.where.at);
  for (doc::Value& document : result.documents) lines.restore(document);
  mark_broken(result);
  for (size_t i = 0; i < result.documents.size(); ++i) {
    size_t origin = document_at(first.documents, result.documents[i].at());
    if (std::ranges::find(boundaries, origin, &Boundary::document) != boundaries.end()) result.broken[i] = true;
  }
  for (const Boundary& b : boundaries) result.diagnostics.push_back(missing_separator(file, b.at));
  return result;
}

}  // namespace graylane::api
