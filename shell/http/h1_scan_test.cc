#include "http/h1_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "http/h1_head.h"
#include "http/h1_line_ends.h"
#include "http/h1_marks.h"

namespace graylane::http {
namespace {

template <class Kind>
void expect_same_by_byte() {
  for (int c = 0; c < 256; ++c) {
    for (size_t size = 1; size < 40; ++size) {
      for (const size_t place : {size_t{0}, size / 2, size - 1}) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(c);
        const Window window{text.data(), text.data() + size};
        for (const size_t from : {size_t{0}, size / 3, size - 1, size}) {
          const char* at = text.data() + from;
          ASSERT_EQ(find<Kind>(window, at), find_by_byte<Kind>(at, window.end)) << c << " of " << size << " from " << from;
        }
      }
    }
  }
}

// Machines without SSE2 go byte by byte: both ways must refuse the same.
TEST(Scan, FindsWideWhatItFindsByByte) {
  expect_same_by_byte<Controls>();
  expect_same_by_byte<NotTarget>();
  expect_same_by_byte<NotPlainName>();
}

/// Texts of three blocks in which every byte value stands at every place of some block, among letters.
template <class Check>
void for_every_byte_and_place(Check check) {
  for (int c = 0; c < 256; ++c) {
    for (size_t place = 0; place < 192; place += 7) {
      std::string text(192, 'a');
      text[place] = static_cast<char>(c);
      text[(place + static_cast<size_t>(c)) % 192] = '\r';
      check(text);
    }
  }
}

// What one machine refuses, all must refuse: the ways of marking differ by machine.
TEST(Marks, AreTheSameInEveryWay) {
  const auto ways = ways_to_mark_blocks();
  for_every_byte_and_place([&](const std::string& text) {
    std::vector<Marks> wanted(3);
    ways.front()(text.data(), 3, wanted.data());
    for (const MarkBlocks way : ways) {
      std::vector<Marks> got(3);
      way(text.data(), 3, got.data());
      ASSERT_EQ(got, wanted);
    }
  });
}

TEST(Marks, FindEveryPlaceInLongAndShortTexts) {
  // Heads are longer than what is marked at once, and end anywhere.
  for (size_t size = 0; size < 5000; size = size < 140 ? size + 1 : size * 3 + 1) {
    for (const size_t step : {size_t{1}, size_t{63}, size_t{64}, size_t{1000}}) {
      std::string text(size, 'a');
      for (size_t i = step - 1; i < size; i += step) text[i] = i % 2 == 0 ? '\n' : ':';
      MarkedBytes marked(text);
      for (size_t at = 0; at < size; ++at) {
        const size_t expected = std::min(text.find_first_of(":\n", at), size);
        ASSERT_EQ(marked.find_not_plain(at), expected) << size << " " << step << " " << at;
        at = expected;
      }
      MarkedBytes again(text);
      EXPECT_EQ(again.find_control(0), std::min(text.find('\n'), size));
      EXPECT_EQ(again.find_control(size), size);
    }
  }
}

TEST(LineEnds, AreTheSameInEveryWay) {
  // As above, for what ends a head.
  const auto ways = ways_to_add_blocks();
  for_every_byte_and_place([&](const std::string& text) {
    LineEnds wanted(' ', ' ');
    const size_t block = ways.front()(text.data(), 3, wanted);
    for (const AddBlocks way : ways) {
      LineEnds got(' ', ' ');
      ASSERT_EQ(way(text.data(), 3, got), block);
      if (block == 3) continue;
      ASSERT_EQ(got.place(), wanted.place());
      ASSERT_EQ(got.is_wrong(), wanted.is_wrong());
    }
  });
}

TEST(LineEnds, AreFoundAtEveryPlace) {
  // A head that ends across two blocks ends all the same.
  for (size_t before = 0; before < 200; ++before) {
    const std::string text = std::string(before, 'a') + "\r\n\r\n";
    for (const size_t behind : {size_t{0}, size_t{1}, size_t{100}}) {
      HeadEnd end;
      EXPECT_EQ(end.look(text + std::string(behind, 'b')), HeadEnd::State::kFound) << before;
      EXPECT_EQ(end.size(), text.size());
    }
  }
}

}  // namespace
}  // namespace graylane::http
