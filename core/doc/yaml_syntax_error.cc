#include "doc/yaml_syntax_error.h"

#include <array>

namespace graylane::doc {
namespace {

struct Rule {
  std::string_view problem;  // a part of libyaml's text
  bool at_context;           // the mistake is where the construct begins, not where libyaml noticed
  std::string_view message;
  std::string_view fix;
};

constexpr std::array kRules = {
    Rule{"mapping values are not allowed", false, "a ':' is not allowed here",
         "put a value that contains ': ' in quotes, or correct the indentation of this line or the one above"},
    Rule{"could not find expected ':'", true, "this line is no \"key: value\" and no list item",
         "add the missing ':' with a space after it, or correct the indentation"},
    Rule{"did not find expected key", false, "this line does not fit the indentation of the keys above",
         "indent it as the other keys of the same object"},
    Rule{"did not find expected '-' indicator", false, "this line does not fit the list above",
         "begin it with \"- \" or correct its indentation"},
    Rule{"did not find expected ',' or ']'", true, "the list that begins here with '[' is not closed", "add ',' or ']'"},
    Rule{"did not find expected ',' or '}'", true, "the object that begins here with '{' is not closed", "add ',' or '}'"},
    Rule{"found unexpected end of stream", true, "the quoted text that begins here is not closed", "add the closing quote"},
    Rule{"found unexpected document indicator", true, "the quoted text that begins here is not closed", "add the closing quote"},
    Rule{"found unknown escape character", false, "unknown escape in double quotes",
         "write '\\\\' for a backslash, or use single quotes"},
    Rule{"did not find expected <document start>", false, "content after the end of the document",
         "put \"---\" between documents"},
    Rule{"found undefined tag handle", false, "unknown tag", "remove the word that begins with '!', or put it in quotes"},
    Rule{"did not find expected alphabetic or numeric character", false,
         "'*' and '&' begin an alias or an anchor, which needs a name", "put the value in quotes"},
    Rule{"block sequence entries are not allowed", false, "a list item is not allowed here",
         "begin the list on a line of its own"},
    Rule{"did not find expected node content", false, "a value is missing here", "write the value, or \"\" for an empty text"},
};

/// The first tab in the indentation of the line that holds `offset`.
std::optional<size_t> tab_in_indentation(std::string_view text, size_t offset) {
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  for (size_t i = before == std::string_view::npos ? 0 : before + 1; i < text.size(); ++i) {
    if (text[i] == '\t') return i;
    if (text[i] != ' ') break;
  }
  return std::nullopt;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_reserved_start(std::string_view problem) { return contains(problem, "cannot start any token"); }

const Rule* rule_of(std::string_view problem) {
  for (const Rule& rule : kRules) {
    if (contains(problem, rule.problem)) return &rule;
  }
  return nullptr;
}

/// `before` is the line up to the place, `rest` what follows it.
SyntaxError describe_problem(std::string_view problem, std::string_view context, std::string_view before, std::string_view rest) {
  if (contains(problem, "did not find expected key") && contains(context, "block mapping") &&
      before.find_first_not_of(' ') != std::string_view::npos) {
    return {{}, "text after the end of the value", "put the whole value in quotes, or remove the text"};
  }
  if (contains(problem, "did not find expected node content") && rest.empty()) {
    return {{}, "the file ends inside a list or object", "add the closing ']' or '}'"};
  }
  if (is_reserved_start(problem) && !rest.empty()) {
    return {{}, std::string("a value cannot begin with '") + rest.front() + "'", "put the value in quotes"};
  }
  if (const Rule* rule = rule_of(problem)) return {{}, std::string(rule->message), std::string(rule->fix)};
  return {{}, std::string(problem) + (context.empty() ? "" : " " + std::string(context)), ""};
}

}  // namespace

SyntaxError describe(const yaml_parser_t& parser, std::string_view text) {
  if (!parser.problem || parser.error == YAML_MEMORY_ERROR) return {{1, 1}, "out of memory", "split the file"};
  const std::string_view problem = parser.problem;
  const Rule* rule = rule_of(problem);
  const bool at_context = rule && rule->at_context && parser.context;
  TextCursor cursor(text);
  const Position noticed = cursor.at_character(parser.problem_mark.index);
  const size_t noticed_offset = cursor.offset();
  const std::string_view before = text.substr(cursor.line_begin(), noticed_offset - cursor.line_begin());
  const Position context = cursor.at_character(parser.context_mark.index);
  for (size_t offset : {noticed_offset, at_context ? cursor.offset() : noticed_offset}) {
    if (const std::optional<size_t> tab = tab_in_indentation(text, offset)) {
      return {cursor.at_offset(*tab), "a tab is used for indentation", "indent with spaces"};
    }
  }
  SyntaxError error = describe_problem(problem, parser.context ? parser.context : "", before, text.substr(noticed_offset));
  error.at = at_context ? context : noticed;
  return error;
}

}  // namespace graylane::doc
