// Who wants to hear at once what clients are expected to want, and what they are told.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/foresight.h>
#include <harbinger/fragments.h>
#include <harbinger/sequence_model.h>

namespace harbinger {

/// The learning thread's; adding is for whoever holds its lock.
class Expectations {
 public:
  std::shared_ptr<void> add(Foresight::Listener listener);
  /// For those of every learner. Any thread but a learning one.
  static std::shared_ptr<void> add_to_all(Foresight::Listener listener);
  /// Whether anybody listens.
  bool heard();
  /// The model has learnt `access` already. `fragments` may be null.
  void tell(const Access& access, MonotonicTime at, SequenceModel& model, FragmentModel* fragments);

 private:
  static constexpr std::size_t kMostGuesses = 16, kMostFragments = 8;
  static constexpr double kLeastFragment = 0.05;

  void gather_guesses(const Access& access, SequenceModel& model);
  void gather_fragments(const Access& access, FragmentModel& fragments);

  std::vector<std::weak_ptr<Foresight::Listener>> listeners_;
  std::array<Guess, kMostGuesses> guesses_;
  std::vector<FragmentModel::Next> ahead_;
  std::vector<std::string> texts_;
  std::vector<Foresight::Expectation::Part> parts_;
};

}  // namespace harbinger
