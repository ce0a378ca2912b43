#include "http/h1_head.h"
#include "http/h1_line_ends.h"

namespace graylane::http {
namespace {

const AddBlocks kAddBlocks = ways_to_add_blocks().back();

}  // namespace

HeadEnd::State HeadEnd::look(std::string_view bytes) {
  LineEnds ends(seen_ >= 2 ? bytes[seen_ - 2] : ' ', seen_ >= 1 ? bytes[seen_ - 1] : ' ');
  const size_t blocks = (bytes.size() - seen_) / 64;
  const size_t block = kAddBlocks(bytes.data() + seen_, blocks, ends);
  seen_ += block * 64;
  if (block == blocks) {
    const size_t rest = bytes.size() - seen_;
    if (rest == 0 || !add_rest(bytes.data() + seen_, rest, seen_, ends)) {
      seen_ = bytes.size();
      return State::kMore;
    }
  }
  end_ = seen_ + ends.place() + 1;
  return ends.is_wrong() ? State::kBad : State::kFound;
}

}  // namespace graylane::http
