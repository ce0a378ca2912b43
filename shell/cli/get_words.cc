#include "cli/get_words.h"

#include <algorithm>

namespace graylane::cli {

namespace {

std::unexpected<Error> misused(std::string what, std::string fix) {
  return fail(ErrorCode::kInvalid, std::move(what), {}, std::move(fix));
}

bool has_slash(const std::string& word) { return word.contains('/'); }

/// "svc/web" is kind and name in one word.
Result<GetWord> read_pair(const std::string& word) {
  const size_t slash = word.find('/');
  GetWord read{word.substr(0, slash), {word.substr(slash + 1)}};
  const bool is_pair = !read.kind.empty() && !read.names[0].empty() && !has_slash(read.names[0]) && !read.kind.contains(',');
  if (is_pair) return read;
  return misused("\"" + word + "\" is not one kind and one name", "write it as svc/web, several with blanks between them");
}

Result<std::vector<GetWord>> read_pairs(const std::vector<std::string>& words) {
  std::vector<GetWord> read;
  for (const std::string& word : words) {
    if (!has_slash(word)) {
      return misused(
          "\"" + word + "\" beside \"" + *std::ranges::find_if(words, has_slash) + "\": a kind is named once or in each word",
          "write graylane get svc web shop, or graylane get svc/web svc/shop");
    }
    auto pair = read_pair(word);
    if (!pair) return std::unexpected(std::move(pair.error()));
    read.push_back(*std::move(pair));
  }
  return read;
}

}  // namespace

Result<std::vector<GetWord>> read_get_words(const std::vector<std::string>& words) {
  if (words.empty()) return std::vector<GetWord>{{kAllKinds, {}}};
  if (std::ranges::any_of(words, has_slash)) return read_pairs(words);
  std::vector<GetWord> read;
  const std::string& kinds = words.front();
  for (size_t begin = 0; begin <= kinds.size();) {
    const size_t end = std::min(kinds.find(',', begin), kinds.size());
    if (end == begin) return misused("\"" + kinds + "\" names an empty kind", "write kinds with one comma between two: pods,svc");
    read.push_back({kinds.substr(begin, end - begin), {words.begin() + 1, words.end()}});
    begin = end + 1;
  }
  return read;
}

}  // namespace graylane::cli
