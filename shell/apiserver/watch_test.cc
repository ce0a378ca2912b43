#include "apiserver/server.h"
#include "apiserver/test_api.h"
#include "httpd/test_client.h"

namespace graylane::apiserver {
namespace {

/// The whole way: a store, the API on a loop in a thread of its own, clients with sockets.
class Watching : public testing::Test {
 protected:
  void serve(store::StoreOptions options = {}, WatchStream::Times times = {}, httpd::Limits limits = {}) {
    store_ = std::make_unique<store::MemoryStore>(options);
    loop_ = std::move(*net::EventLoop::create());
    api_ =
        std::make_unique<ApiServer>(api::builtin_kinds(), *store_, *loop_, real_world(*loop_), ApiServerOptions{.times = times});
    auto handler = [this](httpd::Request&& request, httpd::Responder&& responder) {
      api_->handle(request, admin_, std::move(responder));
    };
    server_ = std::move(*httpd::Server::start(*loop_, net::SocketAddress::loopback(), handler, limits));
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

  uint64_t put(const std::string& name, const std::string& label, size_t bytes = 0) {
    const std::string text = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"(","labels":{"t":")" +
                             label + R"("}},"data":{"d":")" + std::string(bytes, 'x') + R"("}})";
    return apply(text);
  }
  uint64_t apply(const std::string& text) {
    auto decoded = api::decode(doc::parse_json(text, nullptr).documents.front(), nullptr);
    return (*store_->apply(*std::move(decoded.object)))->revision;
  }
  /// In the loop's thread.
  size_t connections() {
    std::promise<size_t> open;
    loop_->post([&] { open.set_value(server_->connections()); });
    return open.get_future().get();
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
  explicit Watcher(const net::SocketAddress& address, const std::string& query, std::string_view path = kMaps,
                   int receive_bytes = 0, std::string_view accept = "application/json")
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes != 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    EXPECT_EQ(::connect(fd_.get(), address.data(), address.size()), 0);
    const std::string text = "GET " + std::string(path) + "?watch=true&" + query +
                             " HTTP/1.1\r\nHost: x\r\nAccept: " + std::string(accept) + "\r\n\r\n";
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

TEST_F(Watching, ASlowOneIsCutOffAndGoesOnWhereItStood) {
  // A client that was busy for a minute must neither cost memory meanwhile nor miss a change afterwards.
  serve({}, {}, {.write_timeout = std::chrono::milliseconds(50)});
  const uint64_t before = put("a", "x");
  Watcher slow(address_, "resourceVersion=" + std::to_string(before), kMaps, 4096);
  std::vector<uint64_t> written;
  while (connections() != 0 || written.empty()) written.push_back(put("a", std::to_string(written.size()), 20'000));
  std::vector<uint64_t> seen;
  const auto note = [&seen](const doc::Value& event) {
    seen.push_back(std::stoull(text_at(event, "object.metadata.resourceVersion")));
  };
  for (doc::Value event = slow.next_event(); !event.is_null(); event = slow.next_event()) note(event);
  ASSERT_LT(seen.size(), written.size());
  Watcher again(address_, "resourceVersion=" + std::to_string(seen.empty() ? before : seen.back()));
  while (seen.size() < written.size()) note(again.next_event());
  EXPECT_EQ(seen, written);
}

TEST_F(Watching, ASlowOneThatMissedTooMuchIsToldSo) {
  // Its events are not kept for it: it lists again, as after any long pause.
  serve({.history_events_max = 8});
  const uint64_t before = put("a", "x");
  Watcher slow(address_, "resourceVersion=" + std::to_string(before), kMaps, 4096);
  for (int i = 0; i < 1000; ++i) put("a", std::to_string(i), 20'000);
  std::string last;
  for (std::string event = slow.next(); !event.empty(); event = slow.next()) last = event;
  EXPECT_EQ(last, "ERROR Expired");
}

TEST_F(Watching, ManyBeginAtOnceEachWithAll) {
  // They take turns; none may lose its place by that.
  serve();
  for (int i = 0; i < 40; ++i) put("a" + std::to_string(100 + i), "x", 5'000);
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 50; ++i) watchers.push_back(std::make_unique<Watcher>(address_, "resourceVersion=0"));
  put("b", "x");
  for (const auto& watcher : watchers) {
    for (int i = 0; i < 40; ++i) ASSERT_EQ(watcher->next(), "ADDED a" + std::to_string(100 + i));
    EXPECT_EQ(watcher->next(), "ADDED b");
  }
}

TEST_F(Watching, EachFormHasLinesOfItsOwn) {
  // Lines are shared by those who see the same, and by nobody else.
  serve();
  const std::string since = "resourceVersion=" + std::to_string(put("a", "x"));
  Watcher plain(address_, since), same(address_, since);
  Watcher table(address_, since, kMaps, 0, "application/json;as=Table;v=v1;g=meta.k8s.io");
  Watcher partial(address_, since, kMaps, 0, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
  Watcher selecting(address_, "labelSelector=t%3Dy&" + since);
  put("b", "y", 3);
  EXPECT_EQ(text_at(plain.next_event(), "object.data.d"), "xxx");
  EXPECT_EQ(text_at(same.next_event(), "object.data.d"), "xxx");
  EXPECT_EQ(text_at(table.next_event(), "object.kind"), "Table");
  EXPECT_EQ(text_at(partial.next_event(), "object.kind"), "PartialObjectMetadata");
  EXPECT_EQ(selecting.next(), "ADDED b");
  put("b", "z", 3);
  EXPECT_EQ(plain.next(), "MODIFIED b");
  EXPECT_EQ(selecting.next(), "DELETED b");
}

TEST_F(Watching, ACustomKindThatIsDeletedEndsItsWatches) {
  // Otherwise an informer waits for ever for events of a kind that is gone, or that came back as another one.
  serve();
  apply(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"toys.example.com"},
    "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"toys","kind":"Toy"},"versions":[{"name":"v1","served":true,
    "storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})");
  api::Object toy;
  toy.gvk = {"example.com", "v1", "Toy"};
  toy.key = {"example.com", "Toy", "default", "bear"};
  toy.content = doc::parse_json(R"({"metadata":{"name":"bear","namespace":"default"}})", nullptr).documents.front();
  ASSERT_TRUE(store_->create(toy));
  Watcher watcher(address_, "resourceVersion=0", "/apis/example.com/v1/toys");
  Watcher other(address_, "resourceVersion=" + std::to_string(store_->revision()));
  EXPECT_EQ(watcher.next(), "ADDED bear");
  ASSERT_TRUE(store_->remove(toy.key));
  ASSERT_TRUE(store_->remove({"apiextensions.k8s.io", "CustomResourceDefinition", "", "toys.example.com"}));
  EXPECT_EQ(watcher.next(), "DELETED bear");
  EXPECT_EQ(watcher.next(), "");
  put("a", "x");
  EXPECT_EQ(other.next(), "ADDED a") << "the watches of other kinds go on";
}

TEST_F(Watching, IsNotServedInYaml) {
  // A stream has no documents; a client that asks for it is told what there is.
  serve();
  Watcher watcher(address_, "resourceVersion=0", kMaps, 0, "application/yaml");
  EXPECT_EQ(number_at(watcher.next_event(), "code"), 406);
}

}  // namespace
}  // namespace graylane::apiserver
