#include "net/look.h"

#include <boost/asio/ip/udp.hpp>

#include <harbinger/message.h>
#include <harbinger/random.h>
#include "net/asio_address.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

double ms_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

class TcpLook final : public Look, public std::enable_shared_from_this<TcpLook> {
 public:
  TcpLook(asio::io_context& context, Done done) : socket_(context), done_(std::move(done)) {}

  void begin(const SocketAddress& address) {
    const auto began = std::chrono::steady_clock::now();
    connect(socket_, address, [self = shared_from_this(), began](std::optional<ProbeResult> failure) {
      if (!self->done_) return;
      std::exchange(self->done_, {})(failure ? std::move(*failure)
                                             : ProbeResult{ProbeResult::Kind::ok, ms_since(began), "connected"});
    });
  }
  void cancel() override {
    done_ = {};
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  asio::ip::tcp::socket socket_;
  Done done_;
};

// Asks for the root's name servers: every server has something to say to that. The id is another each time, so that nobody can answer without having seen it.
class DnsLook final : public Look, public std::enable_shared_from_this<DnsLook> {
 public:
  DnsLook(asio::io_context& context, Done done) : socket_(context), done_(std::move(done)) {}

  void begin(const SocketAddress& address) {
    error_code error;
    const auto to = to_endpoint<asio::ip::udp>(address);
    socket_.connect(to, error);
    if (!error) socket_.send(asio::buffer(question_), 0, error);
    if (error)
      return asio::post(socket_.get_executor(),
                        [self = shared_from_this(), error] { self->finish(refused_at_once(error)); });
    began_ = std::chrono::steady_clock::now();
    receive();
  }
  void cancel() override {
    done_ = {};
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  using Question = std::array<std::uint8_t, 17>;
  static Question make_question() {
    const auto id = system_random().below(65'536);
    return {
        static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
  }

  void finish(ProbeResult result) {
    if (done_) std::exchange(done_, {})(std::move(result));
  }
  // What is no answer to us is passed over: anybody may send it.
  void receive() {
    socket_.async_receive(asio::buffer(reply_), [self = shared_from_this()](const error_code& error, std::size_t size) {
      if (error) return self->finish(result_of(error));
      const auto& reply = self->reply_;
      if (size < 12 || reply[0] != self->question_[0] || reply[1] != self->question_[1] || (reply[2] & 0x80) == 0)
        return self->receive();
      const bool broken = (reply[3] & 0x0f) == static_cast<std::uint8_t>(Rcode::SERVFAIL);
      self->finish({broken ? ProbeResult::Kind::wrong : ProbeResult::Kind::ok, ms_since(self->began_),
                    broken ? "SERVFAIL" : "answers"});
    });
  }

  asio::ip::udp::socket socket_;
  Done done_;
  std::chrono::steady_clock::time_point began_;
  const Question question_ = make_question();
  std::array<std::uint8_t, 512> reply_{};
};

template <class Kind>
std::shared_ptr<Look> begin(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  auto look = std::make_shared<Kind>(context, std::move(done));
  look->begin(settings.address);
  return look;
}

}  // namespace

std::shared_ptr<Look> look_by_tcp(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  return begin<TcpLook>(context, settings, std::move(done));
}

std::shared_ptr<Look> look_by_dns(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  return begin<DnsLook>(context, settings, std::move(done));
}

std::shared_ptr<Look> begin_look(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  switch (settings.kind) {
    case ProbeSettings::Kind::http:
    case ProbeSettings::Kind::https:
      return look_by_http(context, settings, std::move(done));
    case ProbeSettings::Kind::dns:
      return look_by_dns(context, settings, std::move(done));
    case ProbeSettings::Kind::tcp:
      break;
  }
  return look_by_tcp(context, settings, std::move(done));
}

}  // namespace harbinger::net
