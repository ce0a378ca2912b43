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

// A window of 8 KiB and little memory: 64 KiB for each answer under way. Objects of one list resemble their neighbours.
constexpr int kWindowBits = 13 + 16;  // with gzip's head and tail
constexpr int kMemoryLevel = 6;
constexpr size_t kStateBytes = 64 * 1024;
constexpr size_t kPieceBytes = 64 * 1024;

/// A body as gzip: first the text, then what a source goes on with.
class GzipSource final : public httpd::BodySource {
 public:
  GzipSource(std::string text, std::shared_ptr<httpd::BodySource> rest) : text_(std::move(text)), rest_(std::move(rest)) {
    ready_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipSource() override {
    if (ready_) deflateEnd(&stream_);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  bool ready() const { return ready_; }
  size_t held_bytes() const override { return kStateBytes + text_.capacity() + (rest_ ? rest_->held_bytes() : 0); }

  bool next(std::string& out) override {
    if (at_ == text_.size() && rest_) read_rest();
    const std::string_view piece = std::string_view(text_).substr(at_, kPieceBytes);
    at_ += piece.size();
    const bool last = at_ == text_.size() && !rest_;
    pack(piece, last ? Z_FINISH : Z_NO_FLUSH, out);
    return !last;
  }

 private:
  void read_rest() {
    text_.clear();
    at_ = 0;
    if (!rest_->next(text_)) rest_.reset();
  }

  void pack(std::string_view piece, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(piece.size());
    do {
      const size_t before = out.size();
      out.resize(before + kPieceBytes);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = kPieceBytes;
      deflate(&stream_, flush);  // fails only for a wrong use
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  bool ready_ = false;
  std::string text_;
  size_t at_ = 0;
  std::shared_ptr<httpd::BodySource> rest_;
};

}  // namespace

void compress(httpd::Response& response) {
  if (response.body.size() <= kCompressedFrom && !response.rest) return;
  auto packed = std::make_shared<GzipSource>(std::move(response.body), response.rest);
  if (!packed->ready()) return;
  response.body.clear();
  response.rest = std::move(packed);
  response.headers.push_back({"Content-Encoding", "gzip"});
  response.headers.push_back({"Vary", "Accept-Encoding"});
}

}  // namespace graylane::apiserver
