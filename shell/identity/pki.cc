#include "identity/pki.h"

#include <ifaddrs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "identity/certificate.h"
#include "identity/private_file.h"

namespace graylane::identity {

namespace {

constexpr std::chrono::hours kRenewBefore{30 * 24};
constexpr size_t kPemBytesMax = 64 * 1024;
constexpr const char* kStartAnew =
    "put back the right file, or move the folder pki away: a new CA is made then, and kubeconfigs of the old one end";

bool is_wildcard(const net::SocketAddress& address) { return address.ip() == "0.0.0.0" || address.ip() == "::"; }

/// Of this machine, without those of links that only reach neighbours.
void add_own_addresses(std::vector<std::string>& names) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6)) continue;
    sockaddr_storage raw{};
    const size_t size = one->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    std::copy_n(reinterpret_cast<const char*>(one->ifa_addr), size, reinterpret_cast<char*>(&raw));
    if (std::string ip = net::SocketAddress::from(raw).ip(); !ip.starts_with("fe80:")) names.push_back(std::move(ip));
  }
}

void add_own_name(std::vector<std::string>& names) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return;
  const std::string name = host.data();
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (!name.empty() && std::ranges::all_of(name, fits)) names.push_back(name);
}

std::unexpected<Error> refuse_pki(const std::string& path, const std::string& what) {
  return refuse_file(path, what, kStartAnew);
}

// ---- the CA ----

Result<void> write_ca(const std::string& folder, const KeyPair& ca) {
  if (auto written = replace_file(folder + "/ca.key", ca.key_pem, Secrecy::kSecret); !written) return written;
  return replace_file(folder + "/ca.crt", ca.certificate_pem, Secrecy::kPublic);
}

/// The folder appears with both files in it, or not at all.
Result<void> make_ca_folder(const std::string& state_folder, SystemTime now) {
  const auto ca = Certificate::make_ca(now);
  if (!ca) return std::unexpected(ca.error());
  std::string folder = state_folder + "/pki.XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return fail_file(state_folder + "/pki", "cannot be made");
  auto made = write_ca(folder, ca->pem());
  if (made && std::rename(folder.c_str(), (state_folder + "/pki").c_str()) != 0)
    made = fail_file(state_folder + "/pki", "cannot be made");
  std::error_code ignored;
  if (!made) std::filesystem::remove_all(folder, ignored);
  else sync_folder(state_folder);
  return made;
}

Result<std::string> read_pem(const std::string& path, Secrecy secrecy) {
  auto text = read_file(path, kPemBytesMax, secrecy);
  if (!text) return std::unexpected(text.error());
  if (!*text) return refuse_pki(path, "is missing");
  return std::move(**text);
}

Result<Certificate> read_ca(const std::string& folder, SystemTime now) {
  const std::string path = folder + "/ca.crt";
  auto certificate = read_pem(path, Secrecy::kPublic);
  if (!certificate) return std::unexpected(certificate.error());
  auto key = read_pem(folder + "/ca.key", Secrecy::kSecret);
  if (!key) return std::unexpected(key.error());
  auto ca = Certificate::read({std::move(*certificate), std::move(*key)});
  if (!ca) return refuse_pki(path, "together with ca.key " + ca.error().what);
  if (!ca->is_ca()) return refuse_pki(path, "is not the certificate of a CA that signed itself");
  if (now < ca->not_before()) return refuse_pki(path, "is not valid yet: this machine's clock may be wrong");
  if (now >= ca->not_after()) return refuse_pki(path, "is valid no longer");
  return ca;
}

Result<Certificate> open_ca(const std::string& state_folder, SystemTime now) {
  const std::string folder = state_folder + "/pki";
  std::error_code error;
  const bool there = std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    errno = error.value();
    return fail_file(folder, "cannot be read");
  }
  if (!there) {
    if (auto made = make_ca_folder(state_folder, now); !made) return std::unexpected(made.error());
  }
  return read_ca(folder, now);
}

// ---- what it signs ----

Result<Certificate> issue_into(const std::string& path, const Certificate& ca, const LeafPlan& plan, SystemTime now) {
  auto leaf = ca.issue(plan, now);
  if (!leaf) return leaf;
  const KeyPair pem = leaf->pem();
  if (auto written = replace_file(path, pem.certificate_pem + pem.key_pem, Secrecy::kSecret); !written)
    return std::unexpected(written.error());
  return leaf;
}

bool is_good(const Certificate& leaf, const LeafPlan& plan, SystemTime now) {
  return leaf.fits(plan) && leaf.not_before() <= now && now + kRenewBefore < leaf.not_after();
}

Result<Certificate> open_leaf(const std::string& path, const Certificate& ca, const LeafPlan& plan, SystemTime now) {
  auto text = read_file(path, kPemBytesMax, Secrecy::kSecret);
  if (!text) return std::unexpected(text.error());
  if (!*text) return issue_into(path, ca, plan, now);
  const std::string fix = "move it away: it is made anew then";
  auto leaf = Certificate::read({**text, **text});
  if (!leaf) return refuse_file(path, leaf.error().what, fix);
  if (!leaf->signed_by(ca)) return refuse_file(path, "was not signed by the CA in ca.crt", fix);
  return is_good(*leaf, plan, now) ? std::move(leaf) : issue_into(path, ca, plan, now);
}

}  // namespace

std::vector<std::string> server_names(const net::SocketAddress& listen) {
  std::vector<std::string> names = {"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                                    "127.0.0.1", "::1"};
  if (is_wildcard(listen)) {
    add_own_name(names);
    add_own_addresses(names);
  } else {
    names.push_back(listen.ip());
  }
  std::vector<std::string> unique;
  for (std::string& name : names)
    if (std::ranges::find(unique, name) == unique.end()) unique.push_back(std::move(name));
  return unique;
}

Result<Pki> open_pki(const std::string& state_folder, const std::vector<std::string>& names, SystemTime now) {
  const auto ca = open_ca(state_folder, now);
  if (!ca) return std::unexpected(ca.error());
  const LeafPlan server_plan{.purpose = Purpose::kServer, .common_name = "graylane-api", .organization = {}, .names = names};
  const auto server = open_leaf(state_folder + "/pki/server.pem", *ca, server_plan, now);
  if (!server) return std::unexpected(server.error());
  const LeafPlan admin_plan{
      .purpose = Purpose::kClient, .common_name = std::string(kAdminUser), .organization = "system:masters", .names = {}};
  const auto admin = open_leaf(state_folder + "/pki/admin.pem", *ca, admin_plan, now);
  if (!admin) return std::unexpected(admin.error());
  return Pki{.ca_pem = ca->pem().certificate_pem,
             .server = server->pem(),
             .admin = admin->pem(),
             .renew_at = std::min(server->not_after(), admin->not_after()) - kRenewBefore};
}

}  // namespace graylane::identity
