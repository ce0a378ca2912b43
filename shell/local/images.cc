#include "local/images.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "doc/parse.h"

namespace graylane::local {

namespace {

using doc::Value;

constexpr size_t kFileBytesMax = 1 << 20;

/// Images of the examples, and what their Pods answer.
const std::map<std::string, std::string, std::less<>>& built_in() {
  static const std::map<std::string, std::string, std::less<>> kImages = {
      {"registry.cn-hangzhou.aliyuncs.com/acs-sample/old-nginx", "old"},
      {"registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx", "new"},
      {"docker.io/astraios/gateway-service:v1-commit-sha", "gateway-service v1"},
      {"docker.io/astraios/gateway-service:v2-commit-sha", "gateway-service v2"},
  };
  return kImages;
}

/// The entries of one file.
class Reader {
 public:
  Reader(const FileName& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  ImageEntry entry(const doc::Member& member) {
    ImageEntry result;
    result.where = {file_, member.key_at};
    if (member.value.is_array()) {
      result.command = texts(member.value, member.key);
    } else if (const doc::Object* object = member.value.as_object()) {
      for (const doc::Member& field : *object) read(field, member.key, result);
    } else {
      report(member.value.at(), member.key,
             "must be a list (the command) or an object with command, args, env, workingDir or sample");
      return result;
    }
    check(member, result);
    return result;
  }

  void report(Position at, const std::string& field, const std::string& message, const std::string& fix = {}) {
    diagnostics_.push_back({Severity::kError, "images-shape", {}, field, field + " " + message, fix, {file_, at}, {}});
  }

 private:
  void read(const doc::Member& field, const std::string& image, ImageEntry& entry) {
    const std::string path = image + "." + field.key;
    if (field.key == "command") entry.command = texts(field.value, path);
    else if (field.key == "args") entry.args = texts(field.value, path);
    else if (field.key == "env") entry.env = variables(field.value, path);
    else if (field.key == "workingDir") entry.working_folder = text(field.value, path);
    else if (field.key == "sample") entry.sample = text(field.value, path);
    else report(field.key_at, path, "is not known", "use command, args, env, workingDir or sample");
  }

  void check(const doc::Member& member, const ImageEntry& entry) {
    const bool runs = !entry.command.empty(), is_sample = !entry.sample.empty();
    if (runs && is_sample) report(member.key_at, member.key, "has both command and sample", "keep one of them");
    if (!runs && !is_sample) report(member.key_at, member.key, "says nothing that could run", "give it a command or a sample");
  }

  std::vector<std::string> texts(const Value& value, const std::string& path) {
    std::vector<std::string> result;
    const doc::Array* array = value.as_array();
    if (!array) {
      report(value.at(), path, "must be a list of texts", "write [program, argument]");
      return result;
    }
    for (size_t i = 0; i < array->size(); ++i) result.push_back(text((*array)[i], path + "[" + std::to_string(i) + "]"));
    return result;
  }

  std::map<std::string, std::string> variables(const Value& value, const std::string& path) {
    std::map<std::string, std::string> result;
    const doc::Object* object = value.as_object();
    if (!object) {
      report(value.at(), path, "must be an object of texts", "write {NAME: \"value\"}");
      return result;
    }
    for (const doc::Member& variable : *object) result[variable.key] = text(variable.value, path + "." + variable.key);
    return result;
  }

  std::string text(const Value& value, const std::string& path) {
    if (const std::string* text = value.as_string(); text && text->find('\0') == text->npos) return *text;
    report(value.at(), path, "must be a text", "put it in quotes");
    return {};
  }

  FileName file_;
  Diagnostics& diagnostics_;
};

bool has_tag(std::string_view image) { return repository_of(image).size() != image.size(); }

}  // namespace

std::string_view repository_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t colon = image.rfind(':');
  const bool is_tag = colon != image.npos && image.find('/', colon) == image.npos;
  return is_tag ? image.substr(0, colon) : image;
}

std::string normal_image(std::string_view image) {
  const size_t slash = image.find('/');
  const std::string_view first = image.substr(0, slash);
  const bool has_registry = slash != image.npos && (first.find_first_of(".:") != first.npos || first == "localhost");
  if (has_registry) return std::string(image);
  return (slash == image.npos ? "docker.io/library/" : "docker.io/") + std::string(image);
}

ImageMap ImageMap::parse(std::string_view text, const FileName& file, Diagnostics& diagnostics) {
  ImageMap map;
  doc::Parsed parsed = doc::parse_yaml(text, file);
  diagnostics.insert(diagnostics.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
  Reader reader(file, diagnostics);
  for (const Value& document : parsed.documents) {
    const doc::Object* object = document.as_object();
    if (!object) {
      reader.report(document.at(), "images.yaml", "must be an object: image -> what to run", "write `nginx: [/usr/sbin/nginx]`");
      continue;
    }
    for (const doc::Member& member : *object) map.entries_.insert_or_assign(normal_image(member.key), reader.entry(member));
  }
  for (const auto& [image, sample] : built_in()) {
    // An entry of the file speaks for all tags of its repository.
    if (has_tag(image) && map.entries_.contains(repository_of(image))) continue;
    map.entries_.emplace(image,
                         ImageEntry{.command = {}, .args = {}, .env = {}, .working_folder = {}, .sample = sample, .where = {}});
  }
  return map;
}

Result<ImageMap> ImageMap::load(const std::string& folder, Diagnostics& diagnostics) {
  const std::string path = folder + "/images.yaml";
  std::error_code error;
  // "/x" of "x", "x/." and "x/": people copy it from what is said.
  const std::string absolute = (std::filesystem::absolute(folder, error) / "").lexically_normal().parent_path().string();
  ImageMap map;
  if (std::filesystem::exists(path, error)) {
    const auto name = std::make_shared<const std::string>(path);
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > kFileBytesMax)
      return fail(ErrorCode::kLimit, "images.yaml is over " + std::to_string(kFileBytesMax) + " bytes", {name, {}}, "shorten it");
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || error) return fail(ErrorCode::kUnavailable, "cannot be read: " + std::string(std::strerror(errno)), {name, {}});
    map = parse(text.str(), name, diagnostics);
  } else {
    map = parse("", nullptr, diagnostics);
  }
  map.folder_ = absolute;
  return map;
}

const ImageEntry* ImageMap::find(std::string_view image) const {
  const std::string name = normal_image(image);
  auto entry = entries_.find(name);
  if (entry == entries_.end()) entry = entries_.find(name.substr(0, name.find('@')));  // "nginx:1.25@sha256:..."
  if (entry == entries_.end()) entry = entries_.find(repository_of(name));
  return entry == entries_.end() ? nullptr : &entry->second;
}

}  // namespace graylane::local
