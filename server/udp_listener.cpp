#include "server/udp_listener.h"

#include <cerrno>

#include <harbinger/rcu.h>

#include "server/sockets.h"
#include "server/udp_batch.h"

namespace harbinger::server {

namespace {

constexpr int kBatchesInARow = 16;  // then the worker's other descriptors get their turn

}  // namespace

struct UdpListener::Socket {
  FileDescriptor descriptor;
  bool wildcard;
};

struct UdpListener::Batch : UdpBatch {
  using UdpBatch::UdpBatch;
};

// A client that waits for a reply that was not ready within its batch.
class UdpListener::Pending final : public Later {
 public:
  Pending(std::shared_ptr<Socket> socket, const Counters& counters, const SystemAddress& client, const PacketInfo& info)
      : socket_(std::move(socket)), counters_(counters), client_(client), info_(info) {
    info_.forget_interface();
  }

  void reply(std::span<const std::uint8_t> bytes) override {
    if (bytes.empty()) return;
    iovec vector{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_name = &client_;
    header.msg_namelen = client_.size();
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    if (info_.used > 0) {
      header.msg_control = info_.octets.data();
      header.msg_controllen = info_.used;
    }
    while (::sendmsg(socket_->descriptor.get(), &header, MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      counters_.udp_unsent.add();
      return;
    }
  }

 private:
  const std::shared_ptr<Socket> socket_;
  const Counters& counters_;
  SystemAddress client_;
  PacketInfo info_;
};

UdpListener::UdpListener(WorkerContext& context, std::shared_ptr<const Served> served, FileDescriptor socket)
    : context_(context),
      served_(std::move(served)),
      socket_(std::make_shared<Socket>(std::move(socket), is_wildcard(served_->local.ip))),
      batch_(std::make_unique<Batch>(socket_->wildcard)),
      later_([this] {
        return std::make_unique<Pending>(socket_, context_.counters, batch_->clients[current_],
                                         batch_->infos[current_]);
      }) {
  context_.loop.watch(socket_->descriptor.get(), EPOLLIN, *this);
}

UdpListener::~UdpListener() {
  ready(EPOLLIN);
  context_.loop.forget(socket_->descriptor.get(), *this);
}

void UdpListener::ready(std::uint32_t) {
  for (int i = 0; i < kBatchesInARow; ++i) {
    if (answer_batch() < UdpBatch::kSize) return;
    rcu::quiescent();
  }
}

std::size_t UdpListener::answer_batch() {
  auto& batch = *batch_;
  const int received = ::recvmmsg(socket_->descriptor.get(), batch.in.data(), UdpBatch::kSize, MSG_DONTWAIT, nullptr);
  if (received <= 0) return 0;

  const auto now = context_.loop.clock().now();
  const auto room = std::clamp<std::size_t>(context_.limits.max_udp_size, 512, UdpBatch::kLongest);
  const auto count = static_cast<std::size_t>(received);
  std::size_t replies = 0;
  for (current_ = 0; current_ < count; ++current_) {
    const auto client = from_system(batch.clients[current_]);
    if (socket_->wildcard) batch.infos[current_].used = batch.in[current_].msg_hdr.msg_controllen;
    if (batch.cut_off(current_) || from_nobody(current_, client)) {
      context_.counters.udp_ignored.add();
      continue;
    }
    const Incoming in{batch.query(current_), client, Transport::udp, now};
    const auto size = context_.responder.answer(in, *served_->zones, {batch.out_octets[replies].data(), room}, later_);
    if (size != 0 && size != Responder::kLater) prepare_reply(replies++, current_, size);
  }
  if (replies > 0) send(replies);
  batch.renew(count);
  return count;
}

// Port 0 cannot be answered; from our own address and port comes what somebody forged to make us talk to ourselves.
bool UdpListener::from_nobody(std::size_t index, const SocketAddress& client) const {
  if (client.port == 0) return true;
  if (client.port != served_->local.port) return false;
  return client.ip == (socket_->wildcard ? batch_->infos[index].destination() : served_->local.ip);
}

void UdpListener::prepare_reply(std::size_t slot, std::size_t index, std::size_t size) {
  auto& batch = *batch_;
  auto& header = batch.out[slot].msg_hdr;
  batch.out_vectors[slot].iov_len = size;
  header.msg_name = &batch.clients[index];
  header.msg_namelen = batch.in[index].msg_hdr.msg_namelen;
  if (!socket_->wildcard) return;
  auto& info = batch.infos[index];
  info.forget_interface();
  header.msg_control = info.octets.data();
  header.msg_controllen = info.used;
}

void UdpListener::send(std::size_t count) {
  for (std::size_t sent = 0; sent < count;) {
    const int n = ::sendmmsg(socket_->descriptor.get(), batch_->out.data() + sent, static_cast<unsigned>(count - sent),
                             MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
      // Waiting would hold up everybody; UDP clients ask again.
      context_.counters.udp_unsent.add(count - sent);
      return;
    } else if (errno != EINTR) {
      context_.counters.udp_unsent.add();  // this client cannot be reached
      ++sent;
    }
  }
}

}  // namespace harbinger::server
