#include "edge/size_guess.h"

#include <algorithm>
#include <string>

#include <harbinger/access.h>

namespace harbinger::edge {

namespace {

std::uint64_t key_of(std::string_view host, std::string_view extension) {
  return resource_hash(std::string(host) + "/" + std::string(extension));
}

}  // namespace

// The plain mean of the first ones, later ones count a tenth.
void SizeGuess::Average::add(double value) {
  seen = std::min(seen + 1, 10);
  bytes += (value - bytes) / seen;
}

void SizeGuess::note(std::string_view host, std::string_view extension, std::uint64_t bytes) {
  averages_.at(key_of(host, extension)).add(static_cast<double>(bytes));
  all_.add(static_cast<double>(bytes));
}

std::uint64_t SizeGuess::guess(std::string_view host, std::string_view extension) {
  const Average* const known = averages_.find(key_of(host, extension));
  if (known) return static_cast<std::uint64_t>(known->bytes);
  return all_.seen > 0 ? static_cast<std::uint64_t>(all_.bytes) : kUnknown;
}

}  // namespace harbinger::edge
