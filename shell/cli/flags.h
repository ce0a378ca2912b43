// What the commands were told on the command line. Plain values, checked only as far as their types go.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/ingress_nginx/options.h"

namespace graylane::cli {

/// Where manifests are and how they are read. Booleans are still text ("": not given), as in the arguments of ingress-nginx.
struct ReadFlags {
  std::string path;                 // empty: those of a running instance
  std::string state = ".graylane";  // which instance
  std::string compat = "safe";
  std::string split = "exact";
  std::string ingress_class;
  std::string controller_class;
  std::string watch_ingress_without_class;
  std::string ingress_class_by_name;
  std::string disable_catch_all;
  std::string enable_annotation_validation;
  std::string tls_listener;
  bool operator==(const ReadFlags&) const = default;
};

Result<ingress_nginx::Options> options_of(const ReadFlags& flags);

/// As Go's strconv.ParseBool reads it.
bool is_bool_word(std::string_view text);

struct ExplainFlags {
  ReadFlags read;
  std::string url;
  std::string method;
  std::vector<std::string> headers;
  std::vector<std::string> cookies;
  std::string client_ip;
  std::string requests;
  std::string output = "text";
};

struct LintFlags {
  ReadFlags read;
  std::string output = "text";
  bool fix = false;
  bool dry_run = false;
};

struct GetFlags {
  ReadFlags read;
  std::string kind;  // or several, see get_words.h
  std::vector<std::string> names;
  std::string ns;
  bool all_namespaces = false;
  std::string output = "table";
};

struct DescribeFlags {
  ReadFlags read;
  std::string kind;
  std::string name;
  std::string ns;
};

struct UpFlags {
  ReadFlags read;
  std::string listen = "127.0.0.1:8080";
  std::string admin = "127.0.0.1:9180";
  std::string api = "127.0.0.1:6443";
  std::string workers;
  std::string access_log = "off";
  std::string access_log_format = "nginx";
  std::string drain_timeout = "5s";
  bool strict = false;
  bool replace_directory = false;
};

struct SplitFlags {
  ReadFlags read;
  std::string output = "table";
};

struct LogsFlags {
  std::string state = ".graylane";
  std::string pod;
  std::string container;
  std::string ns = "default";
  bool follow = false;
};

struct KubeconfigFlags {
  std::string state = ".graylane";
};

struct TokenFlags {
  std::string state = ".graylane";
  std::string role;
  std::string user;
  std::string ns;
  bool list = false;
  std::string remove;
};

/// Of backup and restore.
struct CopyFlags {
  std::string state = ".graylane";
  std::string file;
};

struct DoctorFlags {
  std::string path;
  std::string listen;  // of the ports, empty: those of the instance, else as up has them
  std::string admin;
  std::string api;
  std::string state = ".graylane";
};

struct DemoFlags {
  std::string path = "examples/nginx-canary";
  bool keep = false;
};

/// "5s", "500ms", "2m"; 0 to 1 h.
Result<std::chrono::milliseconds> parse_duration(std::string_view flag, std::string_view text);

}  // namespace graylane::cli
