// Runs a fuzz target once over every file of its corpus, without a fuzzer: what was found once stays found.
// Linked in place of libFuzzer's main; one thread.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path());
  }
  std::ranges::sort(files);
  return files;
}

void replay(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]), 2;
  const auto files = files_below(argv[1]);
  if (files.empty()) return std::fprintf(stderr, "%s: no inputs; a fuzz target needs a corpus\n", argv[1]), 1;
  for (const auto& file : files) {
    std::fprintf(stderr, "%s\n", file.c_str());  // before the run, so that a crash names its input
    replay(file);
  }
  std::printf("replayed %zu inputs\n", files.size());
  return 0;
}
