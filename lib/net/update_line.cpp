#include "net/update_line.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>

#include "net/update_try.h"

namespace harbinger::net {

namespace {

bool alike(const UpdateLine::Waiting& first, const UpdateLine::Waiting& next) {
  return !first.alone && !next.alone && first.server.key == next.server.key && first.update.lease == next.update.lease;
}

struct Set {
  Name name;
  RRType type{};
  bool operator==(const Set&) const = default;
};

// The one set that an update removes and writes anew; nullopt when it does anything else.
std::optional<Set> replaced_set(const UpdateMessage& update) {
  if (update.changes.empty() || update.changes.front().kind != Change::Kind::remove_set) return std::nullopt;
  const auto& first = update.changes.front().record;
  const bool rest_is_added = std::all_of(update.changes.begin() + 1, update.changes.end(), [&](const Change& change) {
    return change.kind == Change::Kind::add && change.record.name == first.name && change.record.type == first.type;
  });
  return rest_is_added ? std::optional(Set{first.name, first.type}) : std::nullopt;
}

// Puts one message together out of several updates. In it each name is spoken of by one of them, so that servers that do not keep to the order of changes
// (PowerDNS 4.7 does not) make the same of it; a set that is written anew again is written once, as it is last.
class Joining {
 public:
  explicit Joining(const UpdateMessage& first) : open_(repeatable(first)) { take(first); }

  // False when it must wait for a message of its own.
  bool add(const UpdateMessage& next) {
    if (!open_ || !repeatable(next) || size_ + next.changes.size() > UpdateLine::kMostChanges) return false;
    if (!supersede(next) && speaks_of_known_names(next)) return false;
    take(next);
    return true;
  }
  UpdateMessage message() const {
    UpdateMessage whole = *parts_.front();
    whole.changes.clear();
    for (const auto* part : parts_) std::ranges::copy(part->changes, std::back_inserter(whole.changes));
    return whole;
  }

 private:
  void take(const UpdateMessage& part) {
    parts_.push_back(&part);
    size_ += part.changes.size();
    for (const auto& change : part.changes) names_.insert(change.record.name);
  }
  bool supersede(const UpdateMessage& next) {
    const auto set = replaced_set(next);
    const auto old = std::ranges::find_if(parts_, [&](const auto* part) { return set && replaced_set(*part) == set; });
    if (old == parts_.end()) return false;
    size_ -= (*old)->changes.size();
    parts_.erase(old);
    return true;
  }
  bool speaks_of_known_names(const UpdateMessage& next) const {
    return std::ranges::any_of(next.changes, [&](const Change& change) { return names_.contains(change.record.name); });
  }

  const bool open_;
  std::vector<const UpdateMessage*> parts_;
  std::unordered_set<Name, NameHash> names_;
  std::size_t size_ = 0;
};

}  // namespace

UpdateLine::Batch UpdateLine::take() {
  Joining joining(waiting_.front().update);
  auto end = waiting_.begin() + 1;
  while (end != waiting_.end() && alike(waiting_.front(), *end) && joining.add(end->update)) ++end;
  Batch batch{.update = joining.message(), .waiting = {}};
  std::move(waiting_.begin(), end, std::back_inserter(batch.waiting));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

void UpdateLine::give_back(std::vector<Waiting> batch) {
  for (auto each = batch.rbegin(); each != batch.rend(); ++each) {
    each->alone = true;
    waiting_.push_front(std::move(*each));
  }
}

}  // namespace harbinger::net
