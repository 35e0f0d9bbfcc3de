// An engine of instances that does what a test says, and remembers what it was told.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "provision/engine.h"

namespace harbinger::test {

class FakeProvisioningEngine final : public provision::ProvisioningEngine {
 public:
  FakeProvisioningEngine(Settings settings, World world) : settings_(std::move(settings)), world_(std::move(world)) {}

  /// A tag has an instance now; without an address, it has none any more.
  void give(provision::Wish wish, const std::string& address, std::uint16_t port = 8080) {
    std::erase_if(entries_, [&](const auto& each) { return each.wish == wish; });
    if (!address.empty()) entries_.push_back({wish, assignment(provision::Assignment::Kind::own, address, port)});
    publish(wish);
  }
  /// What those without an instance get.
  void fall_back(std::uint16_t pool, provision::Assignment::Kind kind, const std::string& address) {
    fallbacks_.push_back({{0, pool}, assignment(kind, address, 0)});
    publish({0, pool});
  }
  /// The tags for which instances were wished, in that order; a client with a proof counts as "proved".
  std::vector<provision::WishEvent> wishes() const {
    const std::lock_guard guard(lock_);
    return wishes_;
  }
  std::vector<std::pair<std::size_t, float>> leads() const {
    const std::lock_guard guard(lock_);
    return leads_;
  }
  const Settings& settings() const { return settings_; }

  void wished(const provision::WishEvent& event) noexcept override {
    if (quiet) return;
    const std::lock_guard guard(lock_);
    wishes_.push_back(event);
  }
  void led(std::uint16_t, std::size_t lead, float count) noexcept override {
    const std::lock_guard guard(lock_);
    leads_.emplace_back(lead, count);
  }
  void invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead) override {
    invalidated.emplace_back(tag, instead.value_or(0));
  }
  Result<Registration> ask_for(std::uint64_t, std::string_view) override {
    return fail(ErrorCode::unsupported, "not here");
  }
  Result<void> release(std::string_view instance) override {
    if (instance != "i-1") return fail(ErrorCode::not_found, "no instance " + std::string(instance));
    released.emplace_back(instance);
    return {};
  }
  void halt(bool halted) override { told.halted = halted; }
  State state() const override { return told; }
  Result<Why> why(std::string_view pool) const override {
    if (pool != "small") return fail(ErrorCode::not_found, "no pool " + std::string(pool));
    return Why{"small", "enough are ready", {.ready = 3, .keep = 1, .mean = 1.5}, {{"holt-winters", 0.25}}};
  }
  std::shared_ptr<void> on_change(std::function<void(const InstanceState&)>) override { return nullptr; }

  bool quiet = false;  ///< wishes are not remembered
  State told{};
  std::vector<std::string> released;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidated;

 private:
  static provision::Assignment assignment(provision::Assignment::Kind kind, const std::string& address,
                                          std::uint16_t port) {
    return {.kind = kind, .addresses = {IpAddress::parse(address).value()}, .port = port};
  }
  void publish(provision::Wish wish) {
    world_.table->publish(entries_, fallbacks_);
    world_.changed(wish);
  }

  const Settings settings_;
  const World world_;
  std::vector<provision::ReadyTable::Entry> entries_, fallbacks_;
  mutable std::mutex lock_;
  std::vector<provision::WishEvent> wishes_;
  std::vector<std::pair<std::size_t, float>> leads_;
};

}  // namespace harbinger::test
