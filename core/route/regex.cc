#include "route/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace graylane::route {

struct RegexScratch::State {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_match_data* data = pcre2_match_data_create(kCapturesMax, nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 * 1024, 512 * 1024, nullptr);

  State() {
    pcre2_set_match_limit(context, kRegexMatchLimit);
    pcre2_set_heap_limit(context, kRegexHeapLimitKib);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~State() {
    pcre2_jit_stack_free(stack);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

RegexScratch::RegexScratch() : state_(std::make_unique<State>()) {}
RegexScratch::~RegexScratch() = default;

namespace {

bool is_class_escape(std::string_view pattern, size_t i) {
  return i + 1 < pattern.size() && pattern[i] == '\\' &&
         std::string_view("dDhHsSvVwW").find(pattern[i + 1]) != std::string_view::npos;
}

/// PCRE 1 takes a hyphen beside a class ("[\w-.]") for itself; PCRE 2 refuses it. Such hyphens become "\-".
std::string with_literal_hyphens(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  bool after_class = false;  // the item before was \w or the like
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool escape = pattern[i] == '\\' && i + 1 < pattern.size();
    if (in_class && pattern[i] == '-' && (after_class || is_class_escape(pattern, i + 1))) out.push_back('\\');
    after_class = in_class && is_class_escape(pattern, i);
    if (!escape && pattern[i] == '[' && !in_class) {
      in_class = true;
      out.push_back(pattern[i]);
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out.push_back(pattern[++i]);
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out.push_back(pattern[++i]);  // a first ] is a member
      continue;
    }
    if (!escape && pattern[i] == ']') in_class = false;
    out.push_back(pattern[i]);
    if (escape) out.push_back(pattern[++i]);
  }
  return out;
}

pcre2_code* compile_code(std::string_view pattern, bool caseless, int& error, PCRE2_SIZE& offset) {
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_compile_extra_options(context, PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);  // as in PCRE 1
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), caseless ? PCRE2_CASELESS : 0,
                                   &error, &offset, context);
  pcre2_compile_context_free(context);
  return code;
}

}  // namespace

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern, Options options) {
  if (pattern.size() > kRegexPatternBytesMax) {
    return fail(ErrorCode::kLimit, "regular expression of " + std::to_string(pattern.size()) + " bytes is over the limit of " +
                                       std::to_string(kRegexPatternBytesMax));
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = compile_code(pattern, options.caseless, error, offset);
  if (code == nullptr) {
    int second_error = 0;
    PCRE2_SIZE second_offset = 0;
    code = compile_code(with_literal_hyphens(pattern), options.caseless, second_error, second_offset);
  }
  if (code == nullptr) {
    std::array<unsigned char, 160> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return fail(ErrorCode::kInvalid, std::string("regular expression does not compile: ") +
                                         reinterpret_cast<const char*>(text.data()) + " at offset " + std::to_string(offset) +
                                         " of \"" + std::string(pattern) + "\"");
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without JIT the interpreter serves; the limits hold for both
  std::shared_ptr<Regex> regex(new Regex);
  regex->pattern_ = pattern;
  regex->code_ = code;
  return regex;
}

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

RegexOutcome Regex::search(std::string_view subject, RegexScratch& scratch) const {
  const RegexScratch::State& state = *scratch.state_;
  const int rc = pcre2_match(static_cast<const pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(),
                             0, 0, state.data, state.context);
  if (rc == PCRE2_ERROR_NOMATCH) return RegexOutcome::kNoMatch;
  if (rc < 0) return RegexOutcome::kError;
  const size_t found = rc == 0 ? kCapturesMax : static_cast<size_t>(rc);  // 0: more groups than are kept
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(state.data);
  for (size_t i = 0; i < kCapturesMax; ++i) {
    const bool set = i < found && ends[2 * i] != PCRE2_UNSET;
    scratch.captures_[i] = set ? subject.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]) : std::string_view();
  }
  return RegexOutcome::kMatch;
}

}  // namespace graylane::route
