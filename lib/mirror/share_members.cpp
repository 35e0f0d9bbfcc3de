#include "mirror/share_members.h"

#include <algorithm>
#include <tuple>

#include <harbinger/access.h>

#include "edge/rendezvous.h"

namespace harbinger::mirror {

namespace {

std::string_view name_of(std::string_view member) { return member.substr(0, member.find('/')); }

// Of two starts of one server that both hold a lease yet, one comes first as well.
auto place(std::uint64_t wanted, std::string_view member) {
  return std::tuple(edge::rendezvous_score(wanted, resource_hash(name_of(member)), 1), member);
}

}  // namespace

ShareMembers::ShareMembers(std::string self, Duration lease)
    : self_(std::move(self)), lease_(lease), safety_(lease / 10) {}

void ShareMembers::heard(MemberView view) {
  if (!unbroken(view)) from_ = view.received + lease_;
  view_ = std::move(view);
  broken_ = false;
}

// A store's clock that jumped ahead ends leases too early: that is seen as it passed more time than there was. What it may jump unseen, a fiftieth of a
// lease and the time that the answers took, is less than the tenth by which leases end before.
bool ShareMembers::unbroken(const MemberView& next) const {
  if (broken_ || !next.continued || next.epoch != view_.epoch) return false;
  const Duration by_store = std::chrono::milliseconds(next.store_ms - view_.store_ms);
  return by_store <= next.received - view_.sent + lease_ / 50;
}

bool ShareMembers::owns(std::uint64_t resource, std::string_view cluster, MonotonicTime now, Duration margin) const {
  if (left_ || view_.members.empty() || now < from_ || until() <= now + margin) return false;
  return first(resource, cluster);
}

bool ShareMembers::first(std::uint64_t resource, std::string_view cluster) const {
  const auto wanted = resource ^ resource_hash(cluster);
  const auto mine = place(wanted, self_);
  return std::ranges::none_of(view_.members, [&](const auto& other) { return place(wanted, other) > mine; });
}

}  // namespace harbinger::mirror
