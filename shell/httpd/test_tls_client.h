// For tests: certificates, and a client that speaks TLS over a blocking socket.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "httpd/test_client.h"
#include "identity/pki.h"

namespace graylane::httpd {

/// A CA of its own, with what it signed; its files go away at the end.
class TestPki {
 public:
  explicit TestPki(std::chrono::system_clock::time_point now = std::chrono::system_clock::now()) {
    if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    auto made = identity::open_pki(folder_, identity::server_names(net::SocketAddress::loopback()), now);
    if (!made) ADD_FAILURE() << made.error().to_string();
    else pki_ = *made;
  }
  ~TestPki() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;

  const identity::Pki* operator->() const { return &pki_; }
  std::string file(const std::string& name) const { return folder_ + "/pki/" + name; }
  std::shared_ptr<const TlsContext> context() const {
    auto made = TlsContext::create({pki_.server.certificate_pem, pki_.server.key_pem, pki_.ca_pem});
    if (!made) ADD_FAILURE() << made.error().to_string();
    return made ? *made : nullptr;
  }

 private:
  std::string folder_ = (std::filesystem::temp_directory_path() / "graylane-tls-XXXXXX").string();
  identity::Pki pki_;
};

class TlsClient {
 public:
  struct Options {
    const identity::KeyPair* certificate = nullptr;
    std::string alpn = "\x08http/1.1";  // with its length; empty: none is offered
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    int receive_bytes = 0;  // of the kernel's buffer; 0: its default
  };

  explicit TlsClient(const TestServer& server) : TlsClient(server, Options{}) {}
  TlsClient(const TestServer& server, const Options& options) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (options.receive_bytes != 0)
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_bytes, sizeof options.receive_bytes);
    EXPECT_EQ(::connect(fd_.get(), server.address().data(), server.address().size()), 0);
    configure(options);
    SSL_set_fd(ssl_.get(), fd_.get());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  ssl_st* ssl() const { return ssl_.get(); }
  std::string alpn() const {
    const unsigned char* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &data, &size);
    return {reinterpret_cast<const char*>(data), size};
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  /// Everything up to and including `end`; what there is when the server closes first.
  std::string read_until(std::string_view end) {
    while (true) {
      const size_t found = buffer_.find(end);
      if (found != buffer_.npos) return take(found + end.size());
      if (!receive()) return take(buffer_.size());
    }
  }
  std::string read_to_end() {
    while (receive()) {}
    return take(buffer_.size());
  }
  std::string read_bytes(size_t count) {
    while (buffer_.size() < count && receive()) {}
    return take(std::min(count, buffer_.size()));
  }
  std::string ask(std::string_view request) {
    send(request);
    std::string answer = read_until("\r\n\r\n");
    const size_t length = answer.find("Content-Length: ");
    if (length != answer.npos) answer += read_bytes(std::stoul(answer.substr(length + 16)));
    return answer;
  }
  /// The server said that nothing follows, before it closed.
  bool ended_cleanly() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  void close() {
    SSL_shutdown(ssl_.get());
    fd_.reset();
  }

 private:
  void configure(const Options& options) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context_.get(), 0);  // so that old versions are offered
    SSL_CTX_set_min_proto_version(context_.get(), options.version_min);
    SSL_CTX_set_max_proto_version(context_.get(), options.version_max);
    ssl_.reset(SSL_new(context_.get()));
    if (!options.alpn.empty()) {
      const auto* alpn = reinterpret_cast<const unsigned char*>(options.alpn.data());
      SSL_set_alpn_protos(ssl_.get(), alpn, static_cast<unsigned>(options.alpn.size()));
    }
    if (options.certificate != nullptr) present(*options.certificate);
  }
  void present(const identity::KeyPair& pair) {
    const auto read = [](const std::string& pem, auto* function) {
      BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
      auto* found = function(text, nullptr, nullptr, nullptr);
      BIO_free(text);
      return found;
    };
    X509* certificate = read(pair.certificate_pem, PEM_read_bio_X509);
    EVP_PKEY* key = read(pair.key_pem, PEM_read_bio_PrivateKey);
    EXPECT_EQ(SSL_use_certificate(ssl_.get(), certificate), 1);
    EXPECT_EQ(SSL_use_PrivateKey(ssl_.get(), key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  bool receive() {
    char bytes[16 * 1024];
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (got > 0) buffer_.append(bytes, static_cast<size_t>(got));
    EXPECT_NE(SSL_get_error(ssl_.get(), got), SSL_ERROR_WANT_READ) << "the server neither answered nor closed";
    return got > 0;
  }
  std::string take(size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  net::Fd fd_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace graylane::httpd
