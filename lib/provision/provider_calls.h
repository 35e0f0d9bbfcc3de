// Threads that wait for providers, so that nobody else has to.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// Any thread. Where there are several threads, one is kept free of starts and looks, and one of each single provider: stops, and others, always get through.
class ProviderCalls {
 public:
  enum class Kind : std::uint8_t { stop, look, start };  ///< the most urgent first
  using What = std::function<void(std::stop_token)>;

  ProviderCalls(unsigned threads, std::size_t providers);
  /// What has not begun is dropped, what is under way is told to stop and waited for.
  ~ProviderCalls();
  ProviderCalls(const ProviderCalls&) = delete;

  void call(Kind kind, std::size_t provider, What what);
  /// Drops the starts and looks that have not begun, tells what is under way to stop, and waits until all is done; false when it was not within `most`.
  bool finish(Duration most);

 private:
  struct Waiting {
    std::size_t provider = 0;
    What what;
  };
  struct Running {
    Waiting call;
    Kind kind{};
  };
  void run(const std::stop_token& stop);
  bool next(Running& to);
  bool may(Kind kind, std::size_t provider) const;
  bool idle() const { return running_ == 0 && waiting_[0].empty() && waiting_[1].empty() && waiting_[2].empty(); }

  const unsigned most_;  // of one provider, and of what is no stop
  const bool one_provider_;
  std::mutex lock_;
  std::condition_variable_any changed_;
  std::stop_source hurry_;  // of what is under way
  std::array<std::deque<Waiting>, 3> waiting_;
  std::vector<unsigned> of_provider_;
  unsigned running_ = 0, others_ = 0;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace harbinger::provision
