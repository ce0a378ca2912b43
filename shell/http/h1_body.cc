#include "http/h1_body.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "http/h1_chars.h"
#include "http/h1_trailers.h"

namespace graylane::http {
namespace {

constexpr uint8_t kSizeDigitsMax = 16;

}  // namespace

void BodyReader::start(Framing framing, uint64_t content_length) {
  framing_ = framing;
  state_ = framing == Framing::kNone || (framing == Framing::kLength && content_length == 0) ? State::kDone : State::kMore;
  step_ = Step::kSize;
  digits_ = 0;
  remaining_ = framing == Framing::kLength ? content_length : 0;
  received_ = 0;
  why_ = {};
  trailers_.clear();
  trailers_end_.reset();
}

BodyReader::Piece BodyReader::next(std::string_view bytes) {
  if (state_ != State::kMore || bytes.empty()) return {};
  if (framing_ == Framing::kChunked) return read_chunked(bytes);
  const size_t count = static_cast<size_t>(std::min<uint64_t>(bytes.size(), data_ahead()));
  take(count);
  return {bytes.substr(0, count), count};
}

uint64_t BodyReader::data_ahead() const {
  if (state_ != State::kMore) return 0;
  if (framing_ == Framing::kUntilClose) return UINT64_MAX;
  return framing_ == Framing::kLength || step_ == Step::kData ? remaining_ : 0;
}

void BodyReader::skip(uint64_t bytes) {
  assert(bytes <= data_ahead());
  if (bytes > 0) take(bytes);
}

/// `bytes`: as many as were just passed on; one at least, and at most data_ahead().
void BodyReader::take(uint64_t bytes) {
  received_ += bytes;
  if (framing_ == Framing::kUntilClose) return;
  remaining_ -= bytes;
  if (remaining_ > 0) return;
  if (framing_ == Framing::kLength) {
    state_ = State::kDone;
  } else {
    step_ = Step::kDataEnd;
  }
}

BodyReader::Piece BodyReader::read_chunked(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    if (step_ == Step::kData) {
      const size_t count = static_cast<size_t>(std::min<uint64_t>(bytes.size() - at, remaining_));
      take(count);
      return {bytes.substr(at, count), at + count};
    }
    if (step_ == Step::kTrailers) {
      at += read_trailers(bytes.substr(at));
      break;
    }
    if (!read_framing(bytes[at])) return {{}, at};
    ++at;
  }
  return {{}, at};
}

bool BodyReader::read_framing(char c) {
  switch (step_) {
    case Step::kSize: return read_size(c);
    case Step::kSizeEnd:
      if (c != '\n') return fail("a CR stands alone in a chunk size's line"), false;
      step_ = remaining_ > 0 ? Step::kData : Step::kTrailers;
      if (step_ == Step::kTrailers) trailers_ = "\r\n";  // so that HeadEnd sees an empty section's end too
      return true;
    case Step::kDataEnd:
      if (c != '\r') return fail("no CRLF behind a chunk's data"), false;
      step_ = Step::kDataEndLf;
      return true;
    default:
      if (c != '\n') return fail("no CRLF behind a chunk's data"), false;
      step_ = Step::kSize;
      digits_ = 0;
      remaining_ = 0;
      return true;
  }
}

bool BodyReader::read_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0 && digits_ < kSizeDigitsMax) {
    remaining_ = remaining_ << 4 | static_cast<uint64_t>(digit);
    ++digits_;
    if (remaining_ >> 63 != 0) return fail("a chunk size is 2^63 or more"), false;  // some programs read it as negative
    return true;
  }
  if (digit >= 0) return fail("a chunk size is too long"), false;
  if (digits_ == 0) return fail("a chunk size does not begin with a hexadecimal digit"), false;
  if (c == ';') return fail("a chunk extension"), false;
  if (c != '\r') return fail("a chunk size holds more than hexadecimal digits"), false;
  step_ = Step::kSizeEnd;
  return true;
}

/// Returns how many bytes belong to the trailer section.
size_t BodyReader::read_trailers(std::string_view bytes) {
  constexpr size_t kAround = 4;  // the CRLF before the section and that of the empty line
  const size_t before = trailers_.size();
  trailers_ += bytes.substr(0, kTrailerBytesMax + kAround - before);
  const HeadEnd::State found = trailers_end_.look(trailers_);
  if (found == HeadEnd::State::kBad) return fail("a trailer's line does not end with CRLF"), 0;
  if (found == HeadEnd::State::kMore) {
    if (trailers_.size() == kTrailerBytesMax + kAround) fail("the trailers are too long");
    return trailers_.size() - before;
  }
  trailers_.resize(trailers_end_.size());
  const size_t used = trailers_.size() - before;
  if (const std::string_view why = refuse_trailers(std::string_view(trailers_).substr(2)); !why.empty()) return fail(why), 0;
  trailers_ = trailers_.substr(2, trailers_.size() - kAround);
  state_ = State::kDone;
  return used;
}

void BodyReader::end_of_input() {
  if (state_ != State::kMore) return;
  if (framing_ == Framing::kUntilClose) {
    state_ = State::kDone;
  } else {
    fail("the connection ended before the body");
  }
}

void BodyReader::fail(std::string_view why) {
  state_ = State::kBad;
  why_ = why;
}

ChunkHead chunk_head(size_t bytes) {
  assert(bytes > 0);  // a size of 0 would end the body
  constexpr std::string_view kDigits = "0123456789abcdef";
  ChunkHead head;
  const unsigned digits = (static_cast<unsigned>(std::bit_width(bytes)) + 3) / 4;
  for (unsigned i = 0; i < digits; ++i) head.text[i] = kDigits[bytes >> (4 * (digits - 1 - i)) & 15];
  head.text[digits] = '\r';
  head.text[digits + 1] = '\n';
  head.size = static_cast<uint8_t>(digits + 2);
  return head;
}

}  // namespace graylane::http
