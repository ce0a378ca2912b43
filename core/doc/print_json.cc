#include <cmath>

#include "doc/number_text.h"
#include "doc/print.h"
#include "doc/quote.h"

namespace graylane::doc {
namespace {

class JsonPrinter {
 public:
  JsonPrinter(std::string& out, int indent) : indent_(indent), out_(out) {}

  void print(const Value& value) {
    if (const std::string* text = value.as_string()) append_quoted(out_, *text);
    else if (const Object* object = value.as_object()) print_object(*object);
    else if (const Array* array = value.as_array()) print_array(*array);
    else if (const Packed* packed = value.as_packed()) print_packed(value, *packed);
    else print_scalar(value);
  }

 private:
  void print_packed(const Value& value, const Packed& packed) {
    if (indent_ == 0) out_ += packed.json;
    else print(value.unpacked());
  }

  void print_scalar(const Value& value) {
    if (const int64_t* number = value.as_int()) out_ += std::to_string(*number);
    else if (const double* real = value.as_double()) out_ += std::isfinite(*real) ? double_text(*real) : "null";
    else if (const bool* flag = value.as_bool()) out_ += *flag ? "true" : "false";
    else out_ += "null";
  }

  void print_array(const Array& array) {
    begin('[');
    for (size_t i = 0; i < array.size(); ++i) {
      next_item(i == 0);
      print(array[i]);
    }
    end(']', array.empty());
  }

  void print_object(const Object& object) {
    begin('{');
    bool first = true;
    for (const Member& member : object) {
      next_item(std::exchange(first, false));
      append_quoted(out_, member.key);
      out_ += indent_ > 0 ? ": " : ":";
      print(member.value);
    }
    end('}', object.empty());
  }

  void begin(char bracket) {
    out_ += bracket;
    ++depth_;
  }

  void next_item(bool first) {
    if (!first) out_ += ',';
    new_line();
  }

  void end(char bracket, bool empty) {
    --depth_;
    if (!empty) new_line();
    out_ += bracket;
  }

  void new_line() {
    if (indent_ > 0) out_.append("\n").append(static_cast<size_t>(indent_) * depth_, ' ');
  }

  int indent_;
  size_t depth_ = 0;
  std::string& out_;
};

}  // namespace

std::string to_json(const Value& value, int indent) {
  std::string out;
  JsonPrinter(out, indent).print(value);
  return out;
}

void append_json(std::string& out, const Value& value) { JsonPrinter(out, 0).print(value); }

}  // namespace graylane::doc
