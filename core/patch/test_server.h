// The least of an API server: objects in a map, written through the functions of this folder in the order that apply.h tells. For
// replaying recorded cases. One test, one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api/decode.h"
#include "api/kinds.h"
#include "doc/value.h"
#include "patch/apply.h"
#include "patch/managed_fields.h"

namespace graylane::patch {

struct Request {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;
  std::string content_type;
  doc::Value body;
};

struct Answer {
  int status = 200;
  doc::Value body;
};

class TestServer {
 public:
  Answer handle(const Request& request);

 private:
  struct Target {
    const api::Kind* kind = nullptr;
    std::string ns;
    std::string name;  // empty for the collection
  };

  static Target parse(std::string_view path);
  Answer create(const Request& request, const Target& target);
  Answer patch(const Request& request, const Target& target);
  Outcome<doc::Value> patched(const Request& request, const doc::Value* live, const Write& write) const;
  Answer store(const std::string& key, const doc::Value* old, doc::Value written, const Target& target);
  Write write_of(const Request& request, const Target& target);

  std::map<std::string, doc::Value> objects_;
  int64_t revision_ = 1000;
  int64_t seconds_ = 0;
};

}  // namespace graylane::patch
