// Asks a DNS server for a name and for hints, prints them, and follows them: resolves what is likely wanted next, before it is.
// usage: hint_client NAME [ADDRESS [PORT [MOST]]]
#include <harbinger/hints.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <array>
#include <iostream>
#include <random>
#include <vector>

using Octets = std::vector<std::uint8_t>;

void put_u16(Octets& out, std::size_t value) {
  out.insert(out.end(), {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
}
std::size_t u16(const Octets& from, std::size_t at) { return from.at(at) * 256u + from.at(at + 1); }

// RFC 1035 sec. 4.1: header, question (type A); RFC 6891 sec. 6.1.2: OPT with our option, if hints are wanted.
Octets query_for(std::string_view name, bool with_hints) {
  const auto id = std::random_device()();
  Octets out{static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, with_hints};
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  out.insert(out.end(), {0, 0, 1, 0, 1});
  if (!with_hints) return out;
  std::array<std::uint8_t, harbinger::kHintRequestSize> request;
  harbinger::write_hint_request({.max_hints = 8, .min_confidence_pct = 10, .fragments = true}, request);
  out.insert(out.end(), {0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, 0, 0});
  put_u16(out, 4 + request.size());
  put_u16(out, harbinger::kHintCode);
  put_u16(out, request.size());
  out.insert(out.end(), request.begin(), request.end());
  return out;
}

// The reply, or nothing within two seconds.
Octets ask(const sockaddr_in& server, const Octets& query) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const timeval patience{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  Octets reply(65535);
  ssize_t size = -1;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0 &&
      send(fd, query.data(), query.size(), 0) > 0)
    size = recv(fd, reply.data(), reply.size(), 0);
  close(fd);
  const bool ours = size >= 12 && reply[0] == query[0] && reply[1] == query[1];
  reply.resize(ours ? static_cast<std::size_t>(size) : 0);
  return reply;
}

std::size_t behind_name(const Octets& reply, std::size_t at) {
  while (reply.at(at) != 0 && reply.at(at) < 0xc0) at += reply.at(at) + 1u;
  return at + (reply.at(at) == 0 ? 1 : 2);
}

// The option's data within the OPT record; empty when there is none. Throws std::out_of_range for a reply that ends too early.
Octets hints_in(const Octets& reply) {
  auto at = behind_name(reply, 12) + 4;
  for (auto records = u16(reply, 6) + u16(reply, 8) + u16(reply, 10); records > 0; --records) {
    at = behind_name(reply, at);
    const auto type = u16(reply, at), end = at + 10 + u16(reply, at + 8);
    for (auto option = at += 10; type == 41 && option < end; option += 4 + u16(reply, option + 2)) {
      if (u16(reply, option) != harbinger::kHintCode) continue;
      const auto size = u16(reply, option + 2);
      reply.at(option + 3 + size);
      const auto data = reply.begin() + static_cast<std::ptrdiff_t>(option) + 4;
      return {data, data + static_cast<std::ptrdiff_t>(size)};
    }
    at = end;
  }
  return {};
}

// The name itself, or the host of a URL.
std::string host_of(std::string_view resource) {
  if (!harbinger::is_url(resource)) return std::string(resource);
  const auto rest = resource.substr(resource.find("://") + 3);
  return std::string(rest.substr(0, rest.find_first_of(":/?#")));
}

int main(int argc, char** argv) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(argc > 3 ? std::stoi(argv[3]) : 53));
  if (argc < 2 || inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &server.sin_addr) != 1) {
    std::cerr << "usage: hint_client NAME [ADDRESS [PORT [MOST]]]\n";
    return 2;
  }
  try {
    const auto reply = ask(server, query_for(argv[1], true));
    const auto data = hints_in(reply);
    harbinger::HintReader reader(data, argv[1]);
    int left = argc > 4 ? std::stoi(argv[4]) : 3;
    while (const auto hint = reader.next()) {
      std::cout << to_string(*hint) << std::endl;
      if (left-- <= 0) continue;
      const auto host = host_of(hint->resource);
      const bool found = !ask(server, query_for(host, false)).empty();
      std::cout << "  " << host << (found ? " resolved ahead" : " was not answered") << std::endl;
    }
    if (data.empty()) std::cout << (reply.empty() ? "no reply\n" : "no hints\n");
    return reply.empty() || !reader.well_formed() ? 1 : 0;
  } catch (const std::exception&) {
    std::cerr << "the reply cannot be read\n";
    return 1;
  }
}
