#include <tests/support/delaying_proxy.h>

#include <array>
#include <boost/asio.hpp>
#include <deque>
#include <string>

#include <tests/support/process.h>

namespace harbinger::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

tcp::endpoint at(const SocketAddress& address) { return {asio::ip::address_v4::loopback(), address.port}; }

// One direction of a connection. Held by what it waits for; gone when either end is.
class Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  Pipe(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to, std::chrono::milliseconds delay,
       std::atomic<std::size_t>& passed)
      : from_(std::move(from)), to_(std::move(to)), delay_(delay), passed_(passed), timer_(from_->get_executor()) {}

  void read() {
    from_->async_read_some(asio::buffer(octets_), [self = shared_from_this()](error_code error, std::size_t size) {
      if (error) return self->close();
      self->waiting_.push_back(
          {std::chrono::steady_clock::now() + self->delay_, std::string(self->octets_.data(), size)});
      if (self->waiting_.size() == 1) self->wait();
      self->read();
    });
  }

 private:
  struct Said {
    std::chrono::steady_clock::time_point due;
    std::string octets;
  };

  void wait() {
    timer_.expires_at(waiting_.front().due);
    timer_.async_wait([self = shared_from_this()](error_code) { self->write(); });
  }
  void write() {
    asio::async_write(*to_, asio::buffer(waiting_.front().octets),
                      [self = shared_from_this()](error_code error, std::size_t size) {
                        if (error) return self->close();
                        self->passed_ += size;
                        self->waiting_.pop_front();
                        if (!self->waiting_.empty()) self->wait();
                      });
  }
  void close() {
    error_code ignored;
    from_->close(ignored);
    to_->close(ignored);
  }

  const std::shared_ptr<tcp::socket> from_, to_;
  const std::chrono::milliseconds delay_;
  std::atomic<std::size_t>& passed_;
  asio::steady_timer timer_;
  std::deque<Said> waiting_;
  std::array<char, 16384> octets_{};
};

}  // namespace

struct DelayingProxy::Traffic {
  Traffic(const SocketAddress& own, const SocketAddress& to, std::chrono::milliseconds wait)
      : server(to), delay(wait), acceptor(io, at(own)) {
    accept();
    thread = std::jthread([this] { io.run(); });
  }
  ~Traffic() { io.stop(); }

  void accept() {
    auto client = std::make_shared<tcp::socket>(io);
    acceptor.async_accept(*client, [this, client](error_code error) {
      if (error) return;
      join(client);
      accept();
    });
  }
  void join(const std::shared_ptr<tcp::socket>& client) {
    auto upstream = std::make_shared<tcp::socket>(io);
    error_code error;
    upstream->connect(at(server), error);
    if (error) return;
    std::make_shared<Pipe>(client, upstream, std::chrono::milliseconds(0), said)->read();
    std::make_shared<Pipe>(upstream, client, delay, passed)->read();
  }

  const SocketAddress server;
  const std::chrono::milliseconds delay;
  std::atomic<std::size_t> said{0}, passed{0};
  asio::io_context io;
  tcp::acceptor acceptor;
  std::jthread thread;
};

DelayingProxy::DelayingProxy(const SocketAddress& server, std::chrono::milliseconds delay)
    : address_{server.ip, free_port()}, traffic_(std::make_unique<Traffic>(address_, server, delay)) {}

DelayingProxy::~DelayingProxy() = default;

std::size_t DelayingProxy::passed() const { return traffic_->passed; }

}  // namespace harbinger::test
