#include "net/dns_call.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "net/asio_address.h"
#include "net/question_match.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kSmallestMessage = 12;
constexpr std::size_t kLargestDatagram = 65535;

// What both transports share: a socket, an end to waiting, and somebody to tell.
template <class Socket>
class Call : public std::enable_shared_from_this<Call<Socket>> {
 public:
  Call(asio::io_context& context, const SocketAddress& server, Bytes message, Called done)
      : socket(context), timer_(context), server_(server), message(std::move(message)), done_(std::move(done)) {}
  virtual ~Call() = default;

  void begin(Duration patience) {
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(patience));
    timer_.async_wait([self = this->shared_from_this()](const error_code& stopped) {
      if (!stopped) self->fail_with("no reply in time");
    });
    socket.async_connect(to_endpoint<typename Socket::protocol_type>(server_),
                         [self = this->shared_from_this()](const error_code& error) {
                           if (error) return self->fail_with(error.message());
                           self->sent_ = true;
                           self->on_connected();
                         });
  }

 protected:
  virtual void on_connected() = 0;

  void succeed(Bytes reply) { finish(std::move(reply)); }
  void fail_with(const std::string& why) {
    finish(fail(sent_ ? ErrorCode::timeout : ErrorCode::unreachable, server_.to_string() + ": " + why));
  }

  Socket socket;

 private:
  void finish(Result<Bytes> result) {
    timer_.cancel();
    error_code ignored;
    socket.close(ignored);
    if (done_) std::exchange(done_, {})(std::move(result));
  }

  asio::steady_timer timer_;
  const SocketAddress server_;
  bool sent_ = false;

 protected:
  const Bytes message;

 private:
  Called done_;
};

class TcpCall final : public Call<asio::ip::tcp::socket> {
 public:
  using Call::Call;

 private:
  std::shared_ptr<TcpCall> self() { return std::static_pointer_cast<TcpCall>(shared_from_this()); }

  void on_connected() override {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    size_ = {static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
    const std::array<asio::const_buffer, 2> frame{asio::buffer(size_), asio::buffer(message)};
    asio::async_write(socket, frame, [self = self()](const error_code& error, std::size_t) {
      if (error) return self->fail_with(error.message());
      self->read_size();
    });
  }
  void read_size() {
    asio::async_read(socket, asio::buffer(size_), [self = self()](const error_code& error, std::size_t) {
      if (error) return self->fail_with("no reply: " + error.message());
      self->read_reply();
    });
  }
  void read_reply() {
    reply_.resize(static_cast<std::size_t>(size_[0] << 8 | size_[1]));
    asio::async_read(socket, asio::buffer(reply_), [self = self()](const error_code& error, std::size_t) {
      if (error) return self->fail_with("no whole reply: " + error.message());
      const bool ours = self->reply_.size() >= kSmallestMessage &&
                        std::equal(self->reply_.begin(), self->reply_.begin() + 2, self->message.begin());
      return ours ? self->succeed(std::move(self->reply_)) : self->read_size();
    });
  }

  std::array<std::uint8_t, 2> size_{};
  Bytes reply_;
};

class UdpCall final : public Call<asio::ip::udp::socket> {
 public:
  using Call::Call;

 private:
  void on_connected() override {
    error_code error;
    socket.send(asio::buffer(message), 0, error);
    if (error) return fail_with(error.message());
    reply_.resize(kLargestDatagram);
    receive();
  }
  // What is no reply to us is passed over: anybody may send it.
  void receive() {
    auto self = std::static_pointer_cast<UdpCall>(shared_from_this());
    socket.async_receive(asio::buffer(reply_), [self](const error_code& error, std::size_t size) {
      if (error) return self->fail_with(error.message());
      const auto id = static_cast<std::uint16_t>(self->message[0] << 8 | self->message[1]);
      const auto question = question_of(self->message);
      const auto reply = std::span(self->reply_).first(size);
      if (!question || !replies_to(reply, id, *question)) return self->receive();
      self->succeed({reply.begin(), reply.end()});
    });
  }

  Bytes reply_;
};

}  // namespace

void call_over_tcp(asio::io_context& context, const SocketAddress& server, Bytes message, Duration patience,
                   Called done) {
  std::make_shared<TcpCall>(context, server, std::move(message), std::move(done))->begin(patience);
}

void call_over_udp(asio::io_context& context, const SocketAddress& server, Bytes question, Duration patience,
                   Called done) {
  std::make_shared<UdpCall>(context, server, std::move(question), std::move(done))->begin(patience);
}

}  // namespace harbinger::net
