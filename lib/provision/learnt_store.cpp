#include "provision/learnt_store.h"

#include <span>

#include "learn/octets.h"

namespace harbinger::provision {

namespace {

using Octets = std::vector<std::uint8_t>;

void put(Octets& to, std::span<const std::uint8_t> octets) {
  std::uint8_t room[10];
  to.insert(to.end(), room, learn::put_number(room, octets.size()));
  to.insert(to.end(), octets.begin(), octets.end());
}

bool take(std::span<const std::uint8_t>& rest, Octets& octets) {
  std::uint64_t size = 0;
  if (!learn::take_number(rest, size) || size > rest.size()) return false;
  octets.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
  rest = rest.subspan(size);
  return true;
}

}  // namespace

Result<void> LearntStore::write(const Learnt& learnt) const {
  Octets all;
  for (const auto& [name, octets] : learnt) {
    put(all, std::span(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
    put(all, octets);
  }
  return file_.write(all);
}

Result<LearntStore::Learnt> LearntStore::read() const {
  const auto all = file_.read();
  if (!all && all.error().code == ErrorCode::not_found) return Learnt();
  if (!all) return fail(all.error());
  Learnt learnt;
  Octets name, octets;
  for (std::span rest(*all); !rest.empty();) {
    if (!take(rest, name) || !take(rest, octets))
      return fail(ErrorCode::malformed, file_.path().string() + " is damaged; " + what_ + " begins anew");
    learnt[{name.begin(), name.end()}] = octets;
  }
  return learnt;
}

}  // namespace harbinger::provision
