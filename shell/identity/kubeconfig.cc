#include "identity/kubeconfig.h"

#include "identity/base64.h"
#include "identity/private_file.h"

namespace graylane::identity {

namespace {
constexpr size_t kBytesMax = 1024 * 1024;
}

std::string kubeconfig_text(const net::SocketAddress& listen, const Pki& pki) {
  return "apiVersion: v1\n"
         "kind: Config\n"
         "clusters:\n"
         "- name: graylane\n"
         "  cluster:\n"
         "    server: https://" +
         listen.reachable().to_string() +
         "\n"
         "    certificate-authority-data: " +
         encode_base64(pki.ca_pem) +
         "\n"
         "users:\n"
         "- name: graylane\n"
         "  user:\n"
         "    client-certificate-data: " +
         encode_base64(pki.admin.certificate_pem) +
         "\n"
         "    client-key-data: " +
         encode_base64(pki.admin.key_pem) +
         "\n"
         "contexts:\n"
         "- name: graylane\n"
         "  context:\n"
         "    cluster: graylane\n"
         "    user: graylane\n"
         "    namespace: default\n"
         "current-context: graylane\n";
}

Result<void> write_kubeconfig(const std::string& state_folder, const std::string& text) {
  const std::string path = state_folder + "/kubeconfig";
  if (const auto present = read_file(path, kBytesMax, Secrecy::kSecret); present && *present == text) return {};
  return replace_file(path, text, Secrecy::kSecret);
}

}  // namespace graylane::identity
