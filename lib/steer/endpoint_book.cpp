#include "steer/endpoint_book.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <ranges>

namespace harbinger::steer {

namespace {

constexpr std::size_t kMostName = 63;
constexpr auto kWitnesses = static_cast<std::size_t>(EndpointBook::Witness::limit);

using Testimony = EndpointBook::Entry::Testimony;

// 0: for ever.
bool over(MonotonicTime until, MonotonicTime now) { return until.ns != 0 && until <= now; }

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= kMostName && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Of changes, after so many seconds a third is left.
constexpr double kUnrestFor = 300;

float unrest(const EndpointState& state, MonotonicTime now) {
  return state.unrest *
         static_cast<float>(std::exp(-static_cast<double>((now - state.since).count()) / 1e9 / kUnrestFor));
}

bool is_amount(double value) { return std::isfinite(value) && value >= 0; }

Result<void> check(const Endpoint& endpoint) {
  const auto wrong = [&](const char* what) {
    return fail(ErrorCode::malformed, "endpoint \"" + endpoint.name + "\": " + what);
  };
  if (!is_name(endpoint.name)) return wrong("a name is 1 to 63 letters, digits, `-`, `_` and `.`");
  if (endpoint.addresses.empty() && endpoint.target.is_root()) return wrong("needs an address or a target");
  if (!is_amount(endpoint.weight)) return wrong("a weight is a number of 0 or more");
  if (!std::isnan(endpoint.cost) && !is_amount(endpoint.cost)) return wrong("a cost is a number of 0 or more");
  if (!is_amount(endpoint.capacity)) return wrong("a capacity is a number of requests a second, 0 or more");
  return {};
}

}  // namespace

struct EndpointBook::Impl {
  struct Known {
    EndpointId id = kNoEndpoint;
    std::list<Endpoint> definitions{};  // the newest last
    std::array<std::optional<Testimony>, kWitnesses> testimonies{};
    std::list<Testimony> lasting{};  // "down" of each who says so for as long as it is there
    EndpointState state{};
    MonotonicTime load_until{};

    bool defined() const { return !definitions.empty(); }
    const Testimony* down() const {
      if (!lasting.empty()) return &lasting.front();
      const auto said = std::ranges::find_if(testimonies, [](const auto& each) { return each && !each->up; });
      return said == testimonies.end() ? nullptr : &**said;
    }
  };
  explicit Impl(const Clock& time) : clock(time) {}

  Known* find_or_add(std::string_view name) {
    const auto found = known.find(name);
    if (found != known.end()) return &found->second;
    if (known.size() >= kMostEndpoints) return nullptr;
    auto& made = known[std::string(name)];
    made.id = static_cast<EndpointId>(known.size() - 1);
    made.state.since = clock.now();
    return &made;
  }

  // Up unless somebody who may still be believed says no.
  bool judge(Known& each, MonotonicTime now) {
    for (auto& testimony : each.testimonies)
      if (testimony && over(testimony->until, now)) testimony.reset();
    const auto* down = each.down();
    const bool up = down == nullptr;
    if (!up) each.state.why = down->why;
    if (up == each.state.up) return false;
    each.state.up = up;
    each.state.unrest = unrest(each.state, now) + 1;
    each.state.since = now;
    if (up) each.state.why.clear();
    return true;
  }

  void tell(const std::vector<Change>& changes) {
    const std::lock_guard guard(telling);
    for (const auto& change : changes)
      for (const auto& listener : listeners) listener(change);
  }

  // With the lock; to be told without it.
  std::vector<Change> judged(Known& each) {
    if (!judge(each, clock.now())) return {};
    return {{.endpoint = each.id, .urgent = true, .up = each.state.up}};
  }

  void take_back(Known& each, std::list<Testimony>::iterator said) {
    std::vector<Change> changes;
    {
      const std::lock_guard guard(lock);
      each.lasting.erase(said);
      changes = judged(each);
    }
    tell(changes);
  }

  static Entry entry_of(const Known& each, MonotonicTime now) {
    Entry entry{each.id, each.definitions.back(), each.state, {}};
    entry.state.unrest = unrest(each.state, now);
    for (const auto& testimony : each.testimonies)
      if (testimony) entry.testimonies.push_back(*testimony);
    entry.testimonies.insert(entry.testimonies.end(), each.lasting.begin(), each.lasting.end());
    return entry;
  }

  const Clock& clock;
  mutable std::mutex lock;
  std::map<std::string, Known, std::less<>> known;
  std::mutex telling;  // taken after `lock` was let go, never before
  std::list<Listener> listeners;
};

EndpointBook::EndpointBook(const Clock& clock) : impl_(std::make_shared<Impl>(clock)) {}
EndpointBook::~EndpointBook() = default;

Result<std::shared_ptr<void>> EndpointBook::define(Endpoint endpoint) {
  if (auto checked = check(endpoint); !checked) return fail(checked.error());
  const auto name = endpoint.name;
  EndpointId id = kNoEndpoint;
  std::list<Endpoint>::iterator place;
  {
    const std::lock_guard guard(impl_->lock);
    auto* known = impl_->find_or_add(name);
    if (!known)
      return fail(ErrorCode::too_large, "more than " + std::to_string(kMostEndpoints) + " endpoints have had a name");
    id = known->id;
    place = known->definitions.insert(known->definitions.end(), std::move(endpoint));
  }
  impl_->tell({{.endpoint = id, .redefined = true}});
  return std::shared_ptr<void>(&*place, [weak = std::weak_ptr(impl_), name, id, place](void*) {
    const auto impl = weak.lock();
    if (!impl) return;
    {
      const std::lock_guard guard(impl->lock);
      impl->known.find(name)->second.definitions.erase(place);
    }
    impl->tell({{.endpoint = id, .redefined = true}});
  });
}

void EndpointBook::say_up(std::string_view endpoint, Witness witness, bool up, std::string why, MonotonicTime until) {
  std::vector<Change> changes;
  {
    const std::lock_guard guard(impl_->lock);
    auto* known = impl_->find_or_add(endpoint);
    if (!known) return;
    known->testimonies[static_cast<std::size_t>(witness)] = Testimony{witness, up, why, until};
    changes = impl_->judged(*known);
    if (up && known->state.up) known->state.why = std::move(why);
  }
  impl_->tell(changes);
}

std::shared_ptr<void> EndpointBook::say_down(std::string_view endpoint, Witness witness, std::string why) {
  std::vector<Change> changes;
  Impl::Known* known = nullptr;
  std::list<Testimony>::iterator place;
  {
    const std::lock_guard guard(impl_->lock);
    known = impl_->find_or_add(endpoint);
    if (!known) return nullptr;
    place = known->lasting.insert(known->lasting.end(), Testimony{witness, false, std::move(why), {}});
    changes = impl_->judged(*known);
  }
  impl_->tell(changes);
  // Who is known once is known until the book ends, so `known` is there as long as the book is.
  return {&*place, [weak = std::weak_ptr(impl_), known, place](void*) {
            if (const auto impl = weak.lock()) impl->take_back(*known, place);
          }};
}

bool EndpointBook::say_load(std::string_view endpoint, double load, MonotonicTime until) {
  if (!is_amount(load)) return false;
  EndpointId id = kNoEndpoint;
  {
    const std::lock_guard guard(impl_->lock);
    auto* known = impl_->find_or_add(endpoint);
    if (!known) return false;
    id = known->id;
    known->state.load = static_cast<float>(load);
    known->load_until = until;
  }
  impl_->tell({{.endpoint = id}});
  return true;
}

bool EndpointBook::says_down(std::string_view endpoint, Witness witness) const {
  const std::lock_guard guard(impl_->lock);
  const auto found = impl_->known.find(endpoint);
  if (found == impl_->known.end()) return false;
  const auto& [id, definitions, testimonies, lasting, state, load_until] = found->second;
  if (std::ranges::find(lasting, witness, &Testimony::witness) != lasting.end()) return true;
  const auto& said = testimonies[static_cast<std::size_t>(witness)];
  return said && !said->up && !over(said->until, impl_->clock.now());
}

std::optional<EndpointId> EndpointBook::id_of(std::string_view name) const {
  const std::lock_guard guard(impl_->lock);
  const auto found = impl_->known.find(name);
  if (found == impl_->known.end()) return std::nullopt;
  return found->second.id;
}

std::optional<Endpoint> EndpointBook::definition_of(std::string_view name) const {
  const std::lock_guard guard(impl_->lock);
  const auto found = impl_->known.find(name);
  if (found == impl_->known.end() || !found->second.defined()) return std::nullopt;
  return found->second.definitions.back();
}

std::optional<EndpointState> EndpointBook::state_of(EndpointId endpoint) const {
  const std::lock_guard guard(impl_->lock);
  for (const auto& each : std::views::values(impl_->known))
    if (each.id == endpoint) return each.state;
  return std::nullopt;
}

std::vector<EndpointBook::Entry> EndpointBook::entries() const {
  std::vector<Entry> all;
  {
    const std::lock_guard guard(impl_->lock);
    for (const auto& each : std::views::values(impl_->known))
      if (each.defined()) all.push_back(Impl::entry_of(each, impl_->clock.now()));
  }
  std::ranges::sort(all, {}, &Entry::id);
  return all;
}

std::vector<EndpointBook::Entry> EndpointBook::in_cluster(std::string_view cluster) const {
  auto all = entries();
  std::erase_if(all, [&](const Entry& each) { return each.endpoint.cluster != cluster; });
  return all;
}

std::shared_ptr<void> EndpointBook::listen(Listener listener) {
  const std::lock_guard guard(impl_->telling);
  const auto place = impl_->listeners.insert(impl_->listeners.end(), std::move(listener));
  return {&*place, [weak = std::weak_ptr(impl_), place](void*) {
            const auto impl = weak.lock();
            if (!impl) return;
            const std::lock_guard wait(impl->telling);
            impl->listeners.erase(place);
          }};
}

void EndpointBook::tick() {
  std::vector<Change> changes;
  {
    const std::lock_guard guard(impl_->lock);
    const auto now = impl_->clock.now();
    for (auto& each : std::views::values(impl_->known)) {
      if (impl_->judge(each, now)) changes.push_back({.endpoint = each.id, .urgent = true, .up = each.state.up});
      if (std::isnan(each.state.load) || !over(each.load_until, now)) continue;
      each.state.load = std::numeric_limits<float>::quiet_NaN();
      changes.push_back({.endpoint = each.id});
    }
  }
  impl_->tell(changes);
}

std::string_view to_string(EndpointBook::Witness witness) {
  constexpr std::array<std::string_view, kWitnesses> kWords{"probe", "session", "feed", "operator"};
  return kWords[static_cast<std::size_t>(witness)];
}

}  // namespace harbinger::steer
