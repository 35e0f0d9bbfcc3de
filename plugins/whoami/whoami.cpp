// whoami - tells clients how they are seen: their address, port and transport.
#include <harbinger/plugin.h>
#include <harbinger/records.h>

namespace harbinger::whoami {
namespace {

using namespace std::chrono_literals;

// Port in the form of RFC 2782: `_udp.<name> SRV 0 0 <port> .`
Record port_record(const Name& name, Transport transport, std::uint16_t port) {
  const bool over_udp = transport == Transport::udp || transport == Transport::internal;
  const auto owner = name.child(over_udp ? "_udp" : "_tcp").value_or(name);
  const auto high = static_cast<std::uint8_t>(port >> 8);
  const auto low = static_cast<std::uint8_t>(port);
  return {owner, RRType::SRV, RRClass::IN, 0, {0, 0, 0, 0, high, low, 0}};
}

class Whoami final : public Plugin {
 public:
  struct Config {};

  explicit Whoami(Config) {}

  // Reading the client makes the answer one for this client only; its next query comes from another port, so nothing is worth keeping.
  Task<Reply> serve(const Query& query, Next) override {
    const auto client = query.client();
    Reply reply = Reply::to(query);
    reply.set_authoritative().keep(Reply::Keeping::never);
    reply.add_additional(address_record(query.name(), 0s, client.ip));
    reply.add_additional(port_record(query.name(), query.transport(), client.port));
    co_return reply;
  }
};

}  // namespace

PluginSpec spec() { return define_plugin<Whoami>("whoami", "tells clients their address, port and transport"); }

}  // namespace harbinger::whoami
