// Who decides about what: this server among others, by leases and rendezvous order. No sockets, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>

// Why there are never two owners. Every member tells the store that it is there, and hears at the same moment who else is; both in one step that the
// store takes as a whole. What it heard counts for nine tenths of a lease from when it began to ask. Whoever comes (or lost its lease, the store, or the
// store's memory) owns nothing for a whole lease from when it heard, which is longer than anybody goes by a view without it. Whoever goes is
// seen as gone a whole lease after the store last heard of it, which is later than it goes by its own lease. The tenth between is for clocks of
// different speed.
namespace harbinger::mirror {

/// What one announcement brought: the members when the store took it, this one among them.
struct MemberView {
  MonotonicTime sent{};       ///< before it went out
  MonotonicTime received{};   ///< after the answer came in
  std::int64_t store_ms = 0;  ///< the store's clock in between
  std::string epoch{};        ///< another one, when the store has forgotten what it knew
  std::uint64_t change = 0;   ///< grows with every member that comes or goes
  bool continued = false;     ///< this member's lease had held until then
  std::vector<std::string> members{};
};

/// One thread at a time.
class ShareMembers {
 public:
  /// `self` as it is in the views: a name, or "name/what tells this start of it from earlier ones". A server that starts again takes its old place in the order.
  ShareMembers(std::string self, Duration lease);

  void heard(MemberView view);
  /// The way to the store was lost: who comes back to it comes anew.
  void lost() { broken_ = true; }
  /// Owns nothing from now on.
  void leave() { left_ = true; }

  /// Whether this server decides now, and does for `margin` longer.
  bool owns(std::uint64_t resource, std::string_view cluster, MonotonicTime now, Duration margin) const;
  /// Until when the last view counts.
  MonotonicTime until() const { return view_.sent + (lease_ - safety_); }
  /// From when on this member may own.
  MonotonicTime from() const { return from_; }

  const MemberView& view() const { return view_; }
  const std::string& self() const { return self_; }
  Duration lease() const { return lease_; }

 private:
  bool unbroken(const MemberView& next) const;
  bool first(std::uint64_t resource, std::string_view cluster) const;

  const std::string self_;
  const Duration lease_, safety_;
  MemberView view_{};
  MonotonicTime from_{};
  bool broken_ = true, left_ = false;
};

}  // namespace harbinger::mirror
