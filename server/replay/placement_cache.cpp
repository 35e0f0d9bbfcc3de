#include "server/replay/placement_cache.h"

#include <vector>

namespace harbinger::replay {

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// Both are a queue, newest at the front; they differ in what using changes and in who goes.
class Queue : public LocalCache {
 public:
  explicit Queue(std::span<const std::uint32_t> bytes) : bytes_(bytes), nodes_(bytes.size()) {}

  bool has(std::uint32_t resource) const override { return nodes_[resource].in; }
  void insert(std::uint32_t resource) override {
    if (nodes_[resource].in || bytes_[resource] > most_) return;
    shrink(most_ - bytes_[resource]);
    held_ += bytes_[resource];
    push_front(resource);
  }
  void erase(std::uint32_t resource) override {
    if (!nodes_[resource].in) return;
    held_ -= bytes_[resource];
    unlink(resource);
  }
  void resize(std::uint64_t octets) override {
    most_ = octets;
    shrink(most_);
  }

 protected:
  struct Node {
    std::uint32_t newer = kNone, older = kNone;
    bool in = false, visited = false;
  };

  /// Who goes. Asked only while there is something.
  virtual std::uint32_t victim() = 0;
  virtual void leaving(std::uint32_t) {}

  void push_front(std::uint32_t resource) {
    nodes_[resource] = {.older = front_, .in = true};
    (front_ == kNone ? back_ : nodes_[front_].newer) = resource;
    front_ = resource;
  }
  void unlink(std::uint32_t resource) {
    leaving(resource);
    const auto node = nodes_[resource];
    (node.newer == kNone ? front_ : nodes_[node.newer].older) = node.older;
    (node.older == kNone ? back_ : nodes_[node.older].newer) = node.newer;
    nodes_[resource] = {};
  }

  std::span<const std::uint32_t> bytes_;
  std::vector<Node> nodes_;
  std::uint32_t front_ = kNone, back_ = kNone;

 private:
  void shrink(std::uint64_t octets) {
    while (held_ > octets) erase(victim());
  }

  std::uint64_t held_ = 0, most_ = 0;
};

class Lru final : public Queue {
 public:
  using Queue::Queue;
  void used(std::uint32_t resource) override {
    unlink(resource);
    push_front(resource);
  }

 private:
  std::uint32_t victim() override { return back_; }
};

class Sieve final : public Queue {
 public:
  using Queue::Queue;
  void used(std::uint32_t resource) override { nodes_[resource].visited = true; }

 private:
  std::uint32_t victim() override {
    if (hand_ == kNone) hand_ = back_;
    while (nodes_[hand_].visited) {
      nodes_[hand_].visited = false;
      hand_ = nodes_[hand_].newer == kNone ? back_ : nodes_[hand_].newer;
    }
    return hand_;
  }
  void leaving(std::uint32_t resource) override {
    if (resource == hand_) hand_ = nodes_[resource].newer;
  }

  std::uint32_t hand_ = kNone;
};

}  // namespace

std::unique_ptr<LocalCache> make_lru(std::span<const std::uint32_t> bytes) { return std::make_unique<Lru>(bytes); }
std::unique_ptr<LocalCache> make_sieve(std::span<const std::uint32_t> bytes) { return std::make_unique<Sieve>(bytes); }

}  // namespace harbinger::replay
