#include <algorithm>
#include <cmath>
#include <utility>

#include "doc/print.h"
#include "doc/quote.h"
#include "doc/yaml_plain.h"

namespace graylane::doc {
namespace {

// libyaml takes no key of more than 1024 characters without a "?" before it.
constexpr size_t kSimpleKeyMax = 1000;

class YamlPrinter {
 public:
  void document(const Value& value) {
    if (value.is_packed()) return document(value.unpacked());
    if (is_filled(value)) {
      container(value, 0);
    } else {
      scalar(value, 0);
      out_ += '\n';
    }
  }

  std::string take() { return std::move(out_); }

 private:
  static bool is_filled(const Value& value) {
    if (const Array* array = value.as_array()) return !array->empty();
    const Object* object = value.as_object();
    return object && !object->empty();
  }

  /// Begins where the cursor is; further lines are indented.
  void container(const Value& value, size_t indent) {
    bool first = true;
    const auto next_line = [&] {
      if (!std::exchange(first, false)) out_.append(indent, ' ');
    };
    if (const Object* object = value.as_object()) {
      for (const Member& member : *object) {
        next_line();
        key(member.key, indent);
        after_key(member.value, indent);
      }
      return;
    }
    for (const Value& item : *value.as_array()) {
      next_line();
      out_ += "- ";
      after_dash(item, indent + 2);
    }
  }

  void after_dash(const Value& item, size_t indent) {
    if (item.is_packed()) return after_dash(item.unpacked(), indent);
    if (is_filled(item)) return container(item, indent);
    scalar(item, indent);
    out_ += '\n';
  }

  void key(const std::string& key, size_t indent) {
    std::string text;
    if (reads_back_plain(key)) text = key;
    else append_quoted(text, key);
    const bool simple = text.size() <= kSimpleKeyMax;
    if (!simple) text = "? " + text + "\n" + std::string(indent, ' ');
    out_ += text + ":";
  }

  void after_key(const Value& value, size_t indent) {
    if (value.is_packed()) return after_key(value.unpacked(), indent);
    if (is_filled(value)) {
      // A list stands as deep as its key.
      const size_t deeper = value.is_array() ? indent : indent + 2;
      out_.append("\n").append(deeper, ' ');
      return container(value, deeper);
    }
    out_ += ' ';
    scalar(value, indent + 2);
    out_ += '\n';
  }

  /// Without the line end. `indent` is that of a block's lines.
  void scalar(const Value& value, size_t indent) {
    if (const std::string* text = value.as_string()) return string(*text, indent);
    const double* real = value.as_double();
    // Without the tag it would read back as an integer.
    if (real && std::isfinite(*real) && std::trunc(*real) == *real) out_ += "!!float ";
    out_ += to_json(value);
  }

  void string(const std::string& text, size_t indent) {
    if (reads_back_plain(text)) out_ += text;
    else if (fits_literal_block(text)) block(text, std::max<size_t>(indent, 2));
    else append_quoted(out_, text);
  }

  void block(std::string_view text, size_t indent) {
    const bool ends_line = text.ends_with('\n');
    out_ += !ends_line ? "|-" : text.ends_with("\n\n") ? "|+" : "|";
    if (ends_line) text.remove_suffix(1);
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      out_ += '\n';
      if (end > begin) out_.append(indent, ' ').append(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  std::string out_;
};

}  // namespace

std::string to_yaml(const Value& value) {
  YamlPrinter printer;
  printer.document(value);
  return printer.take();
}

}  // namespace graylane::doc
