// Output: a buffered stream to stdout or stderr, or into a text. A reader that went away (`| head`) is no failure: what is
// written then is dropped. One thread.
#pragma once

#include <string>
#include <string_view>

namespace graylane::cli {

class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}
  /// Into `text`, which outlives this.
  explicit Output(std::string& text) : text_(&text) {}
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void line(std::string_view text) {
    write(text);
    write("\n");
  }
  void flush();
  /// Nothing that is written arrives any more.
  bool closed() const { return error_ != 0; }
  /// The errno of a write that failed for another reason than a reader that went away; 0: none.
  int failure() const;

 private:
  int fd_ = -1;
  std::string* text_ = nullptr;
  int error_ = 0;
  std::string buffer_;
};

class RunningInstance;

/// What a command talks to. Data goes to `out`, everything else to `err`.
struct Io {
  Output& out;
  Output& err;
  int in_fd = 0;
  bool out_colour = false;
  bool err_colour = false;
  size_t out_width = 0;  // of the terminal; 0: it is none, and lines are not broken
  size_t err_width = 0;
  RunningInstance* running = nullptr;  // the instance that carries out the command; null: a program of its own
  std::string program = "graylane";    // as the user typed it

  /// A line on stderr, after what stdout has so far; broken to the terminal's width.
  void talk(std::string_view text);
};

}  // namespace graylane::cli
