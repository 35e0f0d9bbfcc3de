// How large a resource will be that nobody has told the size of.
#pragma once

#include <cstdint>
#include <string_view>

#include "edge/two_generations.h"

namespace harbinger::edge {

/// What resources of the same host and extension have been like, else all together. Bounded; one thread at a time.
class SizeGuess {
 public:
  void note(std::string_view host, std::string_view extension, std::uint64_t bytes);
  std::uint64_t guess(std::string_view host, std::string_view extension);

 private:
  struct Average {
    double bytes = 0;
    int seen = 0;
    void add(double value);
  };
  static constexpr std::size_t kMost = 4096;
  static constexpr std::uint64_t kUnknown = 65'536;
  TwoGenerations<Average> averages_{kMost};
  Average all_;
};

}  // namespace harbinger::edge
