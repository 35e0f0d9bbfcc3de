#include "net/probe.h"

#include <sys/resource.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <harbinger/http.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include "tests/support/dns_client.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::net;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Kind = ProbeSettings::Kind;
using Came = ProbeResult::Kind;

namespace {

// What the first look finds.
ProbeResult look(ProbeSettings settings) {
  const auto prober = Prober::make();
  std::mutex lock;
  std::vector<ProbeResult> results;
  const auto handle = prober->watch(std::move(settings), [&](const ProbeResult& result) {
    const std::lock_guard guard(lock);
    results.push_back(result);
  });
  REQUIRE(wait_until([&] {
    const std::lock_guard guard(lock);
    return !results.empty();
  }));
  const std::lock_guard guard(lock);
  return results.front();
}

// Accepts one connection after the other on a thread of its own and treats each as told.
class Listener {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  explicit Listener(std::function<void(Socket&)> treat)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}), thread_([this, treat = std::move(treat)] {
          while (!ended_) {
            Socket socket(context_);
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (!error && !ended_) treat(socket);
          }
        }) {}
  ~Listener() {
    ended_ = true;
    Socket last(context_);
    boost::system::error_code ignored;
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  SocketAddress address() const { return loopback(acceptor_.local_endpoint().port()); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

void say(Listener::Socket& socket, std::string_view text) {
  boost::system::error_code ignored;
  std::array<char, 1024> request{};
  socket.read_some(boost::asio::buffer(request), ignored);
  boost::asio::write(socket, boost::asio::buffer(text), ignored);
}

// The first octets that a look sends.
std::string first_words(ProbeSettings settings) {
  std::mutex lock;
  std::string words;
  const Listener listener([&](auto& socket) {
    std::array<char, 4096> octets{};
    boost::system::error_code ignored;
    const auto size = socket.read_some(boost::asio::buffer(octets), ignored);
    const std::lock_guard guard(lock);
    if (words.empty()) words.assign(octets.data(), size);
  });
  settings.address = listener.address();
  look(settings);
  const std::lock_guard guard(lock);
  return words;
}

// While it lives, this process gets no more descriptors.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto none = before_;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// Looks at one endpoint all the time, and counts what comes.
class Looking {
 public:
  Looking(Kind kind, const SocketAddress& address)
      : handle_(prober_->watch({.kind = kind, .address = address, .every = 5ms},
                               [this](const ProbeResult& result) { ++came_[static_cast<std::size_t>(result.kind)]; })) {
  }
  int count(Came came) const { return came_[static_cast<std::size_t>(came)]; }
  bool more(Came came, int by) const {
    const int before = count(came);
    return wait_until([&] { return count(came) >= before + by; });
  }
  int said_of_the_endpoint() const {
    return count(Came::ok) + count(Came::refused) + count(Came::timeout) + count(Came::wrong);
  }

 private:
  std::array<std::atomic<int>, 5> came_{};
  const std::unique_ptr<Prober> prober_ = Prober::make();
  const std::shared_ptr<void> handle_;
};

}  // namespace

TEST_CASE("a port that accepts is there, and one that nobody listens on refuses") {
  const Listener listener([](auto&) {});
  const auto good = look({.kind = Kind::tcp, .address = listener.address()});
  CHECK(good.kind == Came::ok);
  CHECK(good.rtt_ms > 0);
  for (const auto kind : {Kind::tcp, Kind::http, Kind::https, Kind::dns})
    CHECK(look({.kind = kind, .address = loopback(free_port())}).kind == Came::refused);
}

TEST_CASE("a look that gets no descriptor says nothing of the endpoint, and looks go on when there are some again") {
  const Listener listener([](auto& socket) { say(socket, "HTTP/1.1 204 None\r\n\r\n"); });
  for (const auto kind : {Kind::tcp, Kind::http, Kind::dns}) {
    const auto usual = kind == Kind::dns ? Came::refused : Came::ok;
    const Looking looking(kind, listener.address());
    REQUIRE(looking.more(usual, 1));
    {
      const NoDescriptors none;
      REQUIRE(looking.more(Came::unable, 1));  // the look that was under way is over by then
      const int before = looking.said_of_the_endpoint();
      CHECK(looking.more(Came::unable, 3));
      CHECK(looking.said_of_the_endpoint() == before);
    }
    CHECK(looking.more(usual, 1));
  }
}

TEST_CASE("a look for which this machine has no route or no permission says nothing of the endpoint") {
  // TCP has no way to everybody at once, and UDP wants to be allowed to: both are refused before anything is sent.
  const auto everybody = SocketAddress::parse("255.255.255.255:53").value();
  const auto by_tcp = look({.kind = Kind::tcp, .address = everybody});
  CHECK(by_tcp.kind == Came::unable);
  CHECK(by_tcp.why == "Network is unreachable");
  CHECK(look({.kind = Kind::https, .address = everybody}).kind == Came::unable);
  CHECK(look({.kind = Kind::dns, .address = everybody}).kind == Came::unable);
}

TEST_CASE("the Host field has brackets around an address of IPv6, and around nothing else") {
  const auto field = [](const char* host) { return first_words({.kind = Kind::http, .host = host, .timeout = 2s}); };
  CHECK_THAT(field("2001:db8::1"), Contains("\r\nHost: [2001:db8::1]\r\n"));
  CHECK_THAT(field("[2001:db8::1]"), Contains("\r\nHost: [2001:db8::1]\r\n"));
  CHECK_THAT(field("www.example"), Contains("\r\nHost: www.example\r\n"));
  CHECK_THAT(field(""), Contains("\r\nHost: 127.0.0.1\r\n"));
}

TEST_CASE("TLS is told the name that is wanted, but never an address") {
  const auto hello = [](const char* host) { return first_words({.kind = Kind::https, .host = host, .timeout = 2s}); };
  CHECK_THAT(hello("www.example"), Contains("www.example"));
  for (const auto* address : {"192.0.2.1", "2001:db8::1", "[2001:db8::1]", ""}) {
    const auto words = hello(address);
    CHECK(words.size() > 100);
    CHECK_THAT(words, !Contains("192.0.2.1") && !Contains("2001:db8") && !Contains("127.0.0.1"));
  }
}

TEST_CASE("a web server is judged by its status") {
  const auto server = HttpServer::listen(loopback(0)).value();
  const auto route = server->route("/health", [](const HttpRequest&) { return HttpResponse{204, {}}; });
  CHECK(look({.kind = Kind::http, .address = server->address(), .path = "/health"}).kind == Came::ok);
  const auto other = look({.kind = Kind::http, .address = server->address(), .path = "/nothing-here"});
  CHECK(other.kind == Came::wrong);
  CHECK(other.why == "status 404");
}

TEST_CASE("garbage, an endless head and a closed connection are wrong answers; silence is none") {
  const auto of = [](std::string text) {
    const Listener listener([&](auto& socket) { say(socket, text); });
    return look({.kind = Kind::http, .address = listener.address(), .timeout = 2s}).kind;
  };
  CHECK(of("\x16\x03\x01 this is no HTTP\r\n\r\n") == Came::wrong);
  CHECK(of("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x')) == Came::wrong);
  CHECK(of("") == Came::wrong);
  std::vector<Listener::Socket> held;
  {
    const Listener silent([&](auto& socket) { held.push_back(std::move(socket)); });
    CHECK(look({.kind = Kind::http, .address = silent.address(), .timeout = 150ms}).kind == Came::timeout);
    held.clear();
  }
}

TEST_CASE(
    "who has connected is given the time in which TCP sends a lost packet again, also where answers are usually fast") {
  std::atomic<bool> slow = false;
  const Listener listener([&](auto& socket) {
    if (slow) std::this_thread::sleep_for(200ms);
    say(socket, "HTTP/1.1 204 None\r\n\r\n");
  });
  const auto prober = Prober::make();
  std::atomic<int> fast_ones = 0, late_ones = 0;
  const auto handle = prober->watch({.kind = Kind::http, .address = listener.address(), .every = 5ms, .timeout = 5s},
                                    [&](const ProbeResult& result) {
                                      if (result.kind == Came::ok) ++(slow ? late_ones : fast_ones);
                                    });
  REQUIRE(wait_until([&] { return fast_ones >= 50; }));
  slow = true;
  CHECK(wait_until([&] { return late_ones >= 3; }));
}

TEST_CASE("what does not speak TLS is wrong where TLS is expected") {
  const Listener listener([](auto& socket) { say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
  const auto result = look({.kind = Kind::https, .address = listener.address(), .timeout = 2s});
  CHECK(result.kind == Came::wrong);
  CHECK_THAT(result.why, Contains("no TLS"));
}

TEST_CASE("a DNS server is judged by whether it answers, and others' datagrams are passed over") {
  boost::asio::io_context context;
  boost::asio::ip::udp::socket socket(context, {boost::asio::ip::address_v4::loopback(), 0});
  std::atomic<int> rcode = 0;
  std::thread server([&] {
    for (;;) {
      std::array<std::uint8_t, 64> query{};
      boost::asio::ip::udp::endpoint peer;
      boost::system::error_code error;
      const auto size = socket.receive_from(boost::asio::buffer(query), peer, 0, error);
      if (error || size < 12 || rcode < 0) return;
      const std::array<std::uint8_t, 12> foreign{1, 2, 0x80};
      socket.send_to(boost::asio::buffer(foreign), peer);
      query[2] |= 0x80;
      query[3] = static_cast<std::uint8_t>(rcode.load());
      socket.send_to(boost::asio::buffer(query, size), peer);
    }
  });
  const auto address = loopback(socket.local_endpoint().port());
  CHECK(look({.kind = Kind::dns, .address = address}).kind == Came::ok);
  rcode = 2;
  CHECK(look({.kind = Kind::dns, .address = address}).kind == Came::wrong);
  rcode = -1;
  boost::asio::ip::udp::socket last(context, boost::asio::ip::udp::v4());
  last.send_to(boost::asio::buffer("the end"), socket.local_endpoint());
  server.join();
}

TEST_CASE("questions to a DNS server have other ids each time") {
  boost::asio::io_context context;
  boost::asio::ip::udp::socket socket(context, {boost::asio::ip::address_v4::loopback(), 0});
  const auto prober = Prober::make();
  const auto handle = prober->watch(
      {.kind = Kind::dns, .address = loopback(socket.local_endpoint().port()), .every = 4ms, .timeout = 4ms},
      [](const ProbeResult&) {});
  std::set<std::pair<int, int>> ids;
  for (int i = 0; i < 8; ++i) {
    std::array<std::uint8_t, 64> query{};
    REQUIRE(socket.receive(boost::asio::buffer(query)) == 17);
    ids.emplace(query[0], query[1]);
  }
  CHECK(ids.size() >= 6);
}

TEST_CASE(
    "looks go on in their rhythm, and nobody is told after the handle's end, also when its owner ends it while told") {
  const Listener listener([](auto&) {});
  const auto prober = Prober::make();
  std::atomic<int> told = 0;
  auto handle = prober->watch({.address = listener.address(), .every = 5ms}, [&](const ProbeResult&) { ++told; });
  CHECK(wait_until([&] { return told >= 3; }));
  handle.reset();
  const int before = told;
  std::this_thread::sleep_for(30ms);
  CHECK(told == before);

  std::atomic<int> own = 0;
  std::shared_ptr<void> own_handle;
  std::atomic<bool> set = false;
  own_handle = prober->watch({.address = listener.address(), .every = 5ms}, [&](const ProbeResult&) {
    while (!set) std::this_thread::yield();
    ++own;
    own_handle.reset();
  });
  set = true;
  CHECK(wait_until([&] { return own == 1; }));
  std::this_thread::sleep_for(30ms);
  CHECK(own == 1);
}
