#include "api/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace graylane::api {
namespace {

constexpr uint32_t kStepsMax = 1'000'000;
constexpr uint32_t kHeapKibMax = 1'024;

struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

}  // namespace

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view text) {
  if (text.size() > kBytesMax) return fail(ErrorCode::kLimit, "it is longer than 4096 bytes");
  int error = 0;
  PCRE2_SIZE offset = 0;
  // As in Go, "$" is the end of the text and not the place before a last line end.
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), PCRE2_UTF | PCRE2_DOLLAR_ENDONLY,
                                   &error, &offset, nullptr);
  if (!code) {
    std::array<unsigned char, 160> words{};
    pcre2_get_error_message(error, words.data(), words.size());
    return fail(ErrorCode::kInvalid, "error parsing regexp: " + std::string(reinterpret_cast<const char*>(words.data())) +
                                         " at offset " + std::to_string(offset));
  }
  std::shared_ptr<Pattern> pattern(new Pattern);
  pattern->text_ = text;
  pattern->code_ = code;
  return pattern;
}

Pattern::~Pattern() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

bool Pattern::matches(std::string_view text) const {
  const auto* code = static_cast<const pcre2_code*>(code_);
  const std::unique_ptr<pcre2_match_context, FreeContext> context(pcre2_match_context_create(nullptr));
  const std::unique_ptr<pcre2_match_data, FreeData> data(pcre2_match_data_create(1, nullptr));
  pcre2_set_match_limit(context.get(), kStepsMax);
  pcre2_set_heap_limit(context.get(), kHeapKibMax);
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data.get(), context.get()) >= 0;
}

}  // namespace graylane::api
