#include "apiserver/compress.h"

#include <zlib.h>

#include <algorithm>

#include "apiserver/media.h"

namespace graylane::apiserver {

bool accepts_gzip(const httpd::Request& request) {
  const std::string* header = request.header("Accept-Encoding");
  if (!header) return false;
  const auto codings = parse_accept(*header);  // the same form as Accept
  return std::ranges::any_of(codings, [](const MediaType& coding) { return coding.type == "gzip" || coding.type == "*"; });
}

namespace {

constexpr int kGzip = 15 + 16;  // the largest window, with gzip's head and tail

/// Empty: it failed.
std::string gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return done ? packed : std::string();
}

}  // namespace

void compress(httpd::Response& response) {
  constexpr size_t kBytesMax = size_t{1} << 30;  // what zlib counts in 32 bits
  if (response.body.size() <= kCompressedFrom || response.body.size() > kBytesMax) return;
  std::string packed = gzip(response.body);
  if (packed.empty()) return;
  response.body = std::move(packed);
  response.headers.push_back({"Content-Encoding", "gzip"});
  response.headers.push_back({"Vary", "Accept-Encoding"});
}

}  // namespace graylane::apiserver
