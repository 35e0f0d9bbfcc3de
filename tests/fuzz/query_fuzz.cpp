// Any datagram, through the whole responder: no crash, no reply to a reply, and what is sent reads back as a message.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <harbinger/rcu.h>
#include <harbinger/responder.h>

using namespace harbinger;

namespace {

struct Fixture {
  Fixture() {
    World world;
    world.metrics = &metrics;
    world.clock = &system_clock();
    config::File file;
    file.blocks.push_back({{{"org", {}, false}}, {}, {}});
    const auto built = build_chains(file, {}, world);
    if (!built) std::abort();
    chains = *built;
    responder = std::make_unique<Responder>(world, chains->server);
  }
  rcu::Reader reader;
  Metrics metrics;
  std::shared_ptr<const ChainSet> chains;
  std::unique_ptr<Responder> responder;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  std::array<std::uint8_t, 65535> out;
  const std::function<std::unique_ptr<Later>()> later = []() -> std::unique_ptr<Later> { std::abort(); };
  for (const auto transport : {Transport::udp, Transport::tcp}) {
    const Incoming in{{data, size}, {}, transport, {1}};
    const auto written = fixture.responder->answer(in, *fixture.chains->ports.at(0).zones, out, later);
    if (written == 0) continue;
    if (size < 12 || (data[2] & 0x80)) std::abort();
    const auto reply = Message::parse(std::span(out).first(written));
    if (!reply || !reply->header.qr) std::abort();
    if (out[0] != data[0] || out[1] != data[1]) std::abort();
  }
  rcu::quiescent();
  return 0;
}
