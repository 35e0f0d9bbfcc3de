// Goes on training the network on what clients do, and lets a new one out only when it is not worse than the present one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/clock.h>
#include "persona/network.h"
#include "persona/training_windows.h"

namespace harbinger::persona {

class Trainer {
 public:
  struct Settings {
    std::size_t steps = 48;   ///< gradient steps of a round
    std::size_t batch = 32;   ///< sequences of a step
    std::size_t fresh = 64;   ///< sequences that must be new for another round
    std::size_t judges = 16;  ///< held-out sequences without which nothing can be judged
  };
  struct Noted {
    ClientKey client = 0;
    EventCode code;
  };
  struct State {
    std::uint64_t published = 0, refused = 0;
    double held_out_loss = 0, untrained_loss = 0;  ///< nats per act; 0 before the first round
  };

  explicit Trainer(const Settings& settings) : settings_(settings) {}
  /// Before the first round: the trainer's own copy of the network that is in use.
  void begin(std::unique_ptr<Network> present) { present_ = std::move(present); }

  /// Acts in their order; the places in `acts` of those that are trained or judged on go to `followed`. Does not wait: acts that come while the trainer
  /// looks at its sequences are passed over. Any thread.
  void note(std::span<const Noted> acts, std::uint32_t now_s, std::vector<std::uint32_t>& followed);
  /// The same, and waits: for what was kept from before.
  void recall(std::span<const Noted> acts, std::uint32_t now_s);
  /// What another engine trained: judged in the next round, as if it had been trained here.
  void offer(std::span<const std::uint8_t> weights);
  /// The network that replaces the present one, if there is a better one (null: none), and whether it was trained here. Any thread.
  struct Better {
    std::unique_ptr<Network> network;
    bool ours = false;
  };
  Better take_better();
  State state() const;

  /// The training thread's: whether there is something to do, and one round of it. `rest` is called after each piece of work; false ends the round.
  using Rest = std::function<bool()>;
  bool due() const;
  void round(const Rest& rest);

 private:
  using Sequence = TrainingWindows::Sequence;
  struct Judged {
    double candidate = 0, present = 0, untrained = 0;
  };

  std::vector<Sequence> some();
  bool train(const Rest& rest);
  bool judge_offered(const Rest& rest);
  std::optional<Judged> judge(Network& candidate, const Rest& rest);
  /// Whether the candidate is the present one from now on.
  bool decide(Network& candidate, const Judged& judged, bool ours);
  double untrained_loss(std::span<const Sequence> held_out) const;

  const Settings settings_;
  std::unique_ptr<Network> present_, candidate_;  // the training thread's
  std::uint64_t trained_up_to_ = 0;               // sequences, under the mutex
  std::uint64_t random_ = 0x9e3779b97f4a7c15;     // which sequences are trained on: nobody's secret

  mutable std::mutex mutex_;  // guards all below
  TrainingWindows windows_;
  Better better_;
  std::vector<std::uint8_t> offered_;
  State state_;
};

/// Mean loss over sequences, nats per act, a portion at a time. No number when `rest` said stop, or there is nothing to judge on.
double mean_loss(Network& network, std::span<const TrainingWindows::Sequence> sequences, const Trainer::Rest& rest);

}  // namespace harbinger::persona
