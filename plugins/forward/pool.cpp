#include "plugins/forward/pool.h"

#include <algorithm>
#include <set>

#include <harbinger/config.h>
#include "net/host_resolver.h"

namespace harbinger::forward {

namespace {

using namespace std::chrono_literals;

constexpr Duration kResolveLimit = 5s;
constexpr std::size_t kMostAddressesOfAHost = 4;

}  // namespace

Pool::Sources Pool::Sources::of_the_system() {
  return {[](const std::string& host) { return net::resolve_host(host, kResolveLimit); },
          config::Sources::of_the_system().read_file};
}

Pool::Pool(std::vector<Target> targets, Sources sources, Metrics* metrics, Logger log)
    : sources_(std::move(sources)),
      metrics_(metrics),
      log_(std::move(log)),
      changes_(!std::ranges::all_of(targets, [](const Target& target) { return target.is.index() == 0; })),
      published_(new std::shared_ptr<const Upstreams>(std::make_shared<Upstreams>())) {
  for (Target& target : targets) entries_.push_back({std::move(target), {}});
}

bool Pool::has_hosts() const {
  return std::ranges::any_of(entries_,
                             [](const Entry& entry) { return std::holds_alternative<Host>(entry.target.is); });
}

Result<void> Pool::load() {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (const auto* address = std::get_if<SocketAddress>(&entry.target.is)) entry.addresses = {*address};
    const auto* path = std::get_if<std::filesystem::path>(&entry.target.is);
    if (!path) continue;
    auto done = read(entry, *path);
    if (!done) return done;
  }
  publish();
  return {};
}

void Pool::refresh(MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  bool complete = true;
  for (Entry& entry : entries_) {
    if (const auto* host = std::get_if<Host>(&entry.target.is)) complete &= resolve(entry, *host);
    const auto* path = std::get_if<std::filesystem::path>(&entry.target.is);
    if (!path) continue;
    const auto done = read(entry, *path);
    if (!done) log_.warning("file", done.error().message + ", the last addresses stay");
  }
  publish();
  next_refresh_.store((now + (complete ? kRefreshInterval : kRetryInterval)).ns, std::memory_order_relaxed);
}

bool Pool::refresh_due(MonotonicTime now) {
  if (!changes_) return false;
  auto due = next_refresh_.load(std::memory_order_relaxed);
  return now.ns >= due &&
         next_refresh_.compare_exchange_strong(due, (now + kRefreshInterval).ns, std::memory_order_relaxed);
}

Result<void> Pool::read(Entry& entry, const std::filesystem::path& path) {
  const auto text = sources_.read_file(path);
  if (!text) return fail(text.error());
  auto found = net::nameservers_in(*text);
  if (found.empty())
    return fail(ErrorCode::not_found,
                path.string() + " names no server: a line such as `nameserver 192.0.2.1` is missing");
  entry.addresses = std::move(found);
  return {};
}

bool Pool::resolve(Entry& entry, const Host& host) {
  const auto found = sources_.resolve(host.name);
  if (!found) {
    log_.warning("resolve", found.error().message);
    return false;
  }
  entry.addresses.clear();
  for (const IpAddress& ip : *found)
    if (entry.addresses.size() < kMostAddressesOfAHost) entry.addresses.push_back({ip, host.port});
  return true;
}

// An upstream that stays keeps what is known about it.
void Pool::publish() {
  auto next = std::make_shared<Upstreams>();
  std::set<SocketAddress> listed;
  for (const Entry& entry : entries_)
    for (const SocketAddress& address : entry.addresses)
      if (next->size() < kMostUpstreams && listed.insert(address).second) next->push_back(know(address).upstream);
  std::erase_if(known_, [&](const auto& known) { return !listed.contains(known.first); });
  empty_.store(next->empty(), std::memory_order_relaxed);
  published_.publish(new std::shared_ptr<const Upstreams>(std::move(next)));
}

const Pool::Known& Pool::know(const SocketAddress& address) {
  Known& known = known_[address];
  if (known.upstream) return known;
  const auto to = address.to_string();
  known.upstream = std::make_shared<Upstream>(address, metrics_ ? UpstreamMetrics(*metrics_, to) : UpstreamMetrics());
  if (metrics_)
    known.gauge = metrics_->gauge("harbinger_forward_healthy", "1 while the upstream is not down.",
                                  [upstream = known.upstream] { return upstream->is_up() ? 1.0 : 0.0; }, {{"to", to}});
  return known;
}

}  // namespace harbinger::forward
