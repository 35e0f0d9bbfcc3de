// A sizer that wants what a test says.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "provision/pool_sizer.h"

namespace harbinger::test {

class ToldSizer final : public provision::PoolSizer {
 public:
  struct Word {
    std::atomic<unsigned> ready{0}, keep{0};
    std::atomic<bool> panic{false};
    std::atomic<double> arrived{0}, missed{0}, led{0};
    std::atomic<unsigned> starts{0}, steps{0};
  };
  explicit ToldSizer(std::shared_ptr<Word> word) : word_(std::move(word)) {}
  void arrived(double count, double missed) override {
    word_->arrived = word_->arrived + count;
    word_->missed = word_->missed + missed;
  }
  void led(std::size_t, double count) override { word_->led = word_->led + count; }
  void started(std::chrono::milliseconds) override { ++word_->starts; }
  void step(UnixMillis) override { ++word_->steps; }
  Target target() const override { return {.ready = word_->ready, .keep = word_->keep, .panic = word_->panic}; }
  std::vector<Term> explain() const override { return {{"told", static_cast<double>(word_->ready)}}; }
  std::vector<std::uint8_t> save() const override { return {static_cast<std::uint8_t>(word_->ready.load())}; }
  Result<void> load(std::span<const std::uint8_t> octets) override {
    if (octets.size() != 1) return fail(ErrorCode::malformed, "nothing that was saved");
    word_->ready = octets[0];
    return {};
  }

 private:
  const std::shared_ptr<Word> word_;
};

}  // namespace harbinger::test
