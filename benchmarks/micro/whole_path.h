// The whole way of a query without sockets: bytes in, bytes out, with a configuration like a server's.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <harbinger/config.h>
#include <harbinger/message.h>
#include <harbinger/responder.h>
#include <tests/support/fake_loop.h>

namespace harbinger::bench {

class WholePath {
 public:
  WholePath(const std::string& text, const std::vector<PluginSpec>& plugins) {
    const auto file = config::parse(text, "Harbingerfile");
    if (!file) fail_with(file.error());
    World world;
    world.metrics = &metrics_;
    world.clock = &system_clock();
    world.random = &system_random();
    world.in_background = [](std::function<void()> work) { work(); };
    world.answers_changed = [this](std::uint32_t chain, const Name& name) { responder_->answers_changed(chain, name); };
    world.answers_changed_all = [this](std::uint32_t chain) { responder_->answers_changed_all(chain); };
    responder_ = std::make_unique<Responder>(world, ServerConfig{});
    auto built = build_chains(*file, plugins, world);
    if (!built) fail_with(built.error());
    chains_ = *built;
  }

  /// The size of the reply; everything that is asked here is answered at once.
  std::size_t answer(std::span<const std::uint8_t> query) {
    const Incoming in{query, client_, Transport::udp, now_};
    const std::size_t size = responder_->answer(in, *chains_->ports.at(0).zones, out_, no_later_);
    if (size == 0 || size == Responder::kLater) throw std::runtime_error("no reply");
    return size;
  }

  /// By which plugins' services of this path are told from others'.
  Metrics& metrics() { return metrics_; }
  std::span<Plugin* const> serving() const { return chains_->chains.at(0)->serve(); }

 private:
  struct Unused final : Later {
    void reply(std::span<const std::uint8_t>) override {}
  };
  [[noreturn]] static void fail_with(const config::Errors& errors) {
    throw std::runtime_error(errors.at(0).to_string());
  }

  test::FakeLoop loop_;
  Metrics metrics_;
  std::unique_ptr<Responder> responder_;
  std::shared_ptr<const ChainSet> chains_;
  const SocketAddress client_ = *SocketAddress::parse("127.0.0.1:4053");
  const MonotonicTime now_ = system_clock().now();
  const std::function<std::unique_ptr<Later>()> no_later_ = [] { return std::make_unique<Unused>(); };
  std::array<std::uint8_t, 1232> out_;
};

}  // namespace harbinger::bench
