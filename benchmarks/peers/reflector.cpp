// reflector: sends every datagram back with the QR bit set, 64 a batch. What is left when a DNS server does nothing is the kernel's price
// for receiving and sending over UDP: the limit that servers are compared with.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned kBatch = 64;
constexpr std::size_t kOctets = 1232;
constexpr std::size_t kFlagsOctet = 2;
constexpr std::uint8_t kQr = 0x80;  // RFC 1035 sec. 4.1.1

int listen_on(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const int buffer = 4 << 20;
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  std::perror("reflector: cannot bind");
  std::exit(1);
}

/// A batch of datagrams with room for each and for where it came from.
class Batch {
 public:
  Batch() {
    for (unsigned i = 0; i < kBatch; ++i) {
      parts_[i].iov_base = octets_[i].data();
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
      messages_[i].msg_hdr.msg_name = &peers_[i];
    }
  }

  int receive(int socket) {
    for (unsigned i = 0; i < kBatch; ++i) {
      parts_[i].iov_len = kOctets;
      messages_[i].msg_hdr.msg_namelen = sizeof(peers_[i]);
    }
    return recvmmsg(socket, messages_.data(), kBatch, MSG_WAITFORONE, nullptr);
  }

  void turn_into_replies(int count) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      parts_[i].iov_len = messages_[i].msg_len;
      if (parts_[i].iov_len > kFlagsOctet) octets_[i][kFlagsOctet] |= kQr;
    }
  }

  void send(int socket, int count) {
    for (int sent = 0; sent < count;) {
      const int now =
          sendmmsg(socket, &messages_[static_cast<std::size_t>(sent)], static_cast<unsigned>(count - sent), 0);
      sent += now > 0 ? now : 1;  // one that cannot be sent is left out
    }
  }

 private:
  std::array<std::array<std::uint8_t, kOctets>, kBatch> octets_;
  std::array<iovec, kBatch> parts_{};
  std::array<sockaddr_in, kBatch> peers_{};
  std::array<mmsghdr, kBatch> messages_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: reflector PORT\n");
    return 2;
  }
  const int socket = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
  static Batch batch;
  for (;;) {
    const int count = batch.receive(socket);
    if (count <= 0) continue;
    batch.turn_into_replies(count);
    batch.send(socket, count);
  }
}
