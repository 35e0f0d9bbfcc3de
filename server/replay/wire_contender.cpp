#include "server/replay/wire_contender.h"

#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "server/file_descriptor.h"
#include "server/replay/hint_talk.h"
#include "server/system_address.h"

namespace harbinger::replay {

namespace {

using Clock = std::chrono::steady_clock;
using server::FileDescriptor;
using server::SystemAddress;

class WireContender final : public Contender {
 public:
  WireContender(const Trace& trace, const SocketAddress& server, double speed)
      : trace_(trace), server_(server), speed_(speed), talk_(trace), hints_(trace.clients.size()) {}

  std::vector<std::string> names() const override { return {"harbinger_wire"}; }
  void learn(const Visit& visit) override { ask(visit); }
  // A server learns from every query.
  void follow(const Visit& visit) override { ask(visit); }

  std::size_t predict(std::size_t, const Visit& latest, std::uint32_t, std::span<Candidate> out) override {
    const auto& hints = hints_[latest.client];
    const auto count = std::min(hints.size(), out.size());
    std::copy_n(hints.begin(), count, out.begin());
    return count;
  }

 private:
  void ask(const Visit& visit) {
    hints_[visit.client].clear();
    const auto query = talk_.query(visit, ++id_);
    if (!query) return;
    wait_for(visit.at);
    const FileDescriptor socket = open_socket(visit.client);
    if (socket.get() < 0 || ::send(socket.get(), query->data(), query->size(), 0) < 0) return;
    hints_[visit.client] = talk_.candidates(visit, receive(socket.get()));
  }

  void wait_for(UnixMillis at) const {
    const std::chrono::duration<double, std::milli> since(static_cast<double>(at - trace_.visits.front().at) / speed_);
    std::this_thread::sleep_until(begin_ + std::chrono::duration_cast<Clock::duration>(since));
  }

  FileDescriptor open_socket(std::uint32_t client) const {
    const auto to = server::to_system(server_);
    FileDescriptor socket(::socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (server_.ip.is_v4() && server_.ip.octets()[0] == 127) {
      const auto number = client + 256;  // 127.0.1.0 is the first; 127.0.0.x stays the machine's
      const std::array<std::uint8_t, 4> octets{127, std::uint8_t(number >> 16), std::uint8_t(number >> 8),
                                               std::uint8_t(number)};
      const auto from = server::to_system({IpAddress::v4(octets), 0});
      ::bind(socket.get(), &from.any, from.size());
    }
    if (::connect(socket.get(), &to.any, to.size()) < 0) return FileDescriptor();
    return socket;
  }

  // The connected socket takes replies of the server only; an id that is not ours is of an earlier query.
  std::span<const std::uint8_t> receive(int socket) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 1000) <= 0) return {};
    const auto got = ::recv(socket, buffer_.data(), buffer_.size(), 0);
    const bool ours = got >= 2 && (buffer_[0] << 8 | buffer_[1]) == id_;
    return ours ? std::span(buffer_).first(static_cast<std::size_t>(got)) : std::span<const std::uint8_t>();
  }

  const Trace& trace_;
  SocketAddress server_;
  double speed_;
  HintTalk talk_;
  Clock::time_point begin_ = Clock::now();
  std::vector<std::vector<Candidate>> hints_;  // by client, of its latest reply
  std::array<std::uint8_t, 4096> buffer_;
  std::uint16_t id_ = 0;
};

}  // namespace

Result<std::unique_ptr<Contender>> make_wire_contender(const Trace& trace, const SocketAddress& server, double speed) {
  if (trace.visits.empty() || speed <= 0) return fail(ErrorCode::malformed, "no trace, or no speed");
  return std::make_unique<WireContender>(trace, server, speed);
}

}  // namespace harbinger::replay
