#include "apiserver/server.h"
#include "apiserver/test_api.h"
#include "httpd/test_client.h"

namespace graylane::apiserver {
namespace {

/// The whole way: a store, the API on a loop in a thread of its own, clients with sockets.
class Watching : public testing::Test {
 protected:
  void serve(store::StoreOptions options = {}, WatchStream::Times times = {}) {
    store_ = std::make_unique<store::MemoryStore>(options);
    loop_ = std::move(*net::EventLoop::create());
    api_ =
        std::make_unique<ApiServer>(api::builtin_kinds(), *store_, *loop_, real_world(*loop_), ApiServerOptions{.times = times});
    auto handler = [this](httpd::Request&& request, httpd::Responder&& responder) {
      api_->handle(request, admin_, std::move(responder));
    };
    server_ = std::move(*httpd::Server::start(*loop_, net::SocketAddress::loopback(), handler));
    address_ = server_->address();
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~Watching() override {
    if (!thread_.joinable()) return;
    loop_->stop();
    thread_.join();
    server_.reset();
    api_.reset();
  }

  uint64_t put(const std::string& name, const std::string& label) {
    const std::string text =
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"(","labels":{"t":")" + label + R"("}}})";
    auto decoded = api::decode(doc::parse_json(text, nullptr).documents.front(), nullptr);
    return (*store_->apply(*std::move(decoded.object)))->revision;
  }
  void remove(const std::string& name) { ASSERT_TRUE(store_->remove({"", "ConfigMap", "default", name})); }

  const identity::Identity admin_ = identity::user_of_role("ann", identity::Role::kAdmin);
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<ApiServer> api_;
  std::unique_ptr<httpd::Server> server_;
  net::SocketAddress address_;
  std::thread thread_;
};

/// One watch: its events as "ADDED a", in order.
class Watcher {
 public:
  Watcher(const net::SocketAddress& address, const std::string& query) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_.get(), address.data(), address.size()), 0);
    const std::string text = "GET " + std::string(kMaps) + "?watch=true&" + query + " HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }

  /// "" when the stream has ended.
  std::string next() {
    doc::Value event = next_event();
    if (event.is_null()) return "";
    const std::string type = text_at(event, "type");
    if (type == "ERROR") return type + " " + text_at(event, "object.reason");
    const bool end = find_path(event, "object.metadata.annotations") != nullptr && type == "BOOKMARK";
    return type + " " + (end ? "end" : text_at(event, "object.metadata.name"));
  }
  doc::Value next_event() {
    const std::string line = read_line();
    doc::Parsed parsed = doc::parse_json(line, nullptr);
    return parsed.documents.empty() ? doc::Value() : std::move(parsed.documents.front());
  }

 private:
  /// Lines that begin with '{' are events; the rest is the head and the sizes of chunks.
  std::string read_line() {
    while (true) {
      const size_t end = buffer_.find('\n');
      if (end != buffer_.npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (line.starts_with('{')) return line;
        if (line == "0\r") return "";
        continue;
      }
      char bytes[4096];
      const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
      if (got <= 0) return "";
      buffer_.append(bytes, static_cast<size_t>(got));
    }
  }

  net::Fd fd_;
  std::string buffer_;
};

TEST_F(Watching, GoesOnFromARevisionWithoutAGap) {
  // A client lists, then watches from the list's revision: nothing between the two may be lost.
  serve();
  const uint64_t before = put("a", "x");
  put("b", "x");
  Watcher watcher(address_, "resourceVersion=" + std::to_string(before));
  EXPECT_EQ(watcher.next(), "ADDED b");
  put("b", "y");
  remove("a");
  EXPECT_EQ(watcher.next(), "MODIFIED b");
  EXPECT_EQ(watcher.next(), "DELETED a");
}

TEST_F(Watching, BeginsWithWhatIsThereWhenNoRevisionIsNamed) {
  // `kubectl get -w` of old clients, and everything that only watches.
  serve();
  put("a", "x");
  Watcher watcher(address_, "resourceVersion=0");
  EXPECT_EQ(watcher.next(), "ADDED a");
  put("b", "x");
  EXPECT_EQ(watcher.next(), "ADDED b");
}

TEST_F(Watching, SaysWhenTheInitialEventsAreComplete) {
  // Today's informers wait for this bookmark, for ever if it does not come.
  serve();
  put("a", "x");
  Watcher watcher(address_, "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  EXPECT_EQ(watcher.next(), "ADDED a");
  EXPECT_EQ(watcher.next(), "BOOKMARK end");
}

TEST_F(Watching, LeavingTheSelectionIsADeletion) {
  // Who watches by label must learn that an object is not his any more.
  serve();
  const uint64_t before = put("a", "x");
  Watcher watcher(address_, "labelSelector=t%3Dx&resourceVersion=" + std::to_string(before));
  put("b", "y");
  put("a", "y");
  EXPECT_EQ(watcher.next(), "DELETED a");
  put("b", "x");
  EXPECT_EQ(watcher.next(), "ADDED b");
}

TEST_F(Watching, TooOldARevisionIsAnEventOfItsOwn) {
  // Clients list again on 410 Expired inside the stream, and on nothing else.
  serve({.history_events_max = 2});
  for (int i = 0; i < 8; ++i) put("a", "x" + std::to_string(i));
  Watcher watcher(address_, "resourceVersion=1");
  const doc::Value event = watcher.next_event();
  EXPECT_EQ(text_at(event, "type"), "ERROR");
  EXPECT_EQ(text_at(event, "object.reason"), "Expired");
  EXPECT_EQ(number_at(event, "object.code"), 410);
  EXPECT_TRUE(text_at(event, "object.message").starts_with("too old resource version: 1 ("));
  EXPECT_EQ(watcher.next(), "");
}

TEST_F(Watching, BookmarksCarryTheRevisionOfOtherObjectsToo) {
  // A watch of something that never changes must not fall out of the history.
  serve({}, {.bookmark_every = std::chrono::milliseconds(20)});
  const uint64_t before = put("a", "x");
  Watcher watcher(address_, "labelSelector=t%3Dz&allowWatchBookmarks=true&resourceVersion=" + std::to_string(before));
  const uint64_t last = put("b", "x");
  doc::Value event = watcher.next_event();
  while (!event.is_null() && text_at(event, "object.metadata.resourceVersion") != std::to_string(last))
    event = watcher.next_event();
  EXPECT_EQ(text_at(event, "type"), "BOOKMARK");
}

TEST_F(Watching, EndsByItselfAfterItsTimeout) {
  // A client counts on a clean end to balance and to renew its credentials.
  serve();
  put("a", "x");
  Watcher watcher(address_, "resourceVersion=0&timeoutSeconds=1");
  EXPECT_EQ(watcher.next(), "ADDED a");
  EXPECT_EQ(watcher.next(), "");
}

}  // namespace
}  // namespace graylane::apiserver
