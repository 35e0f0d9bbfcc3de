#include "mirror/planner_drops.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "mirror/planner_worth.h"

namespace harbinger::mirror {

Drops::Drops(const PlanInput& input, PlanView& view, Silences& silences, CoolDowns& cool_downs, Plan& plan)
    : input_(input),
      thresholds_(input.settings),
      view_(view),
      silences_(silences),
      cool_downs_(cool_downs),
      plan_(plan) {}

void Drops::find() {
  collect_demands();
  drop_unservable();
  drop_unwanted();
  drop_over_limits();
  judge_rest();
}

std::string Drops::Want::low_sentence(std::size_t mirrors, double limit) const {
  char text[200];
  std::snprintf(text, sizeof text,
                "%.3g requests a minute expected and %.3g came, for %zu mirrors; below %.3g for each",
                std::max(demand == nullptr ? 0 : wanted_of(*demand), carried), came(), mirrors, limit);
  return text;
}

double Drops::Want::came() const { return demand == nullptr ? 0 : came_of(*demand); }

double Drops::Want::most() const { return std::max({demand == nullptr ? 0 : wanted_of(*demand), carried, came()}); }

void Drops::collect_demands() {
  for (const auto& demand : input_.demands)
    if (!view_.copies_of(demand.resource).empty())
      if (auto& want = wants_[mirror_key(demand.resource, demand.cluster)]; want.demand == nullptr)
        want.demand = &demand;
  for (const auto& [like, cluster, wanted] : input_.carried)
    if (!view_.copies_of(like->resource).empty())
      wants_[mirror_key(like->resource, view_.cluster_name(cluster))].carried = wanted;
}

Drops::Want Drops::want_of(const PlanView::Copy& copy) const {
  const auto found = wants_.find(mirror_key(copy.resource, copy.held->cluster));
  return found == wants_.end() ? Want{} : found->second;
}

void Drops::drop_unservable() {
  for (std::uint32_t i = 0; i < view_.copies().size(); ++i) {
    const auto site = view_.copies()[i].site;
    if (site == PlanView::kNone)
      drop(i, "its server is gone");
    else if (!view_.site(site).server->up)
      drop(i, "its server is down");
    else if (view_.site(site).excluded)
      drop(i, "its server is excluded");
  }
}

bool Drops::young(const PlanView::Copy& copy) const {
  return !copy.held->published || input_.now - copy.held->since < input_.settings.least_life;
}

bool Drops::silent_for_long(const PlanView::Copy& copy) const {
  const auto since = silences_.silent(mirror_key(copy.resource, copy.held->cluster), input_.now);
  return input_.now - since >= input_.settings.horizon;
}

bool Drops::unwanted(const PlanView::Copy& copy, std::string& why) const {
  const auto want = want_of(copy);
  if (!want.told()) {
    why = "nothing was heard of demand for it for as long as is planned ahead";
    return silent_for_long(copy);
  }
  const auto mirrors = view_.mirrors(copy.resource, copy.cluster);
  const auto limit = thresholds_.of(want.demand == nullptr ? std::string_view{} : want.demand->type).withdraw;
  why = want.low_sentence(mirrors, limit);
  return want.most() < limit * static_cast<double>(mirrors);
}

// The youngest first, and each is judged with what is left then: of several mirrors only those go that are too many.
void Drops::drop_unwanted() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < view_.copies().size(); ++i)
    if (!view_.copies()[i].dropped) order.push_back(i);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto &x = *view_.copies()[a].held, &y = *view_.copies()[b].held;
    return std::tie(y.since, y.resource, y.cluster, y.server) < std::tie(x.since, x.resource, x.cluster, x.server);
  });
  for (const auto i : order) {
    const auto& copy = view_.copies()[i];
    std::string why;
    if (!unwanted(copy, why) || young(copy)) continue;
    cool_downs_.begin(mirror_key(copy.resource, copy.held->cluster), input_.now);
    drop(i, std::move(why));
  }
}

std::vector<std::uint32_t> Drops::least_wanted_first() const {
  std::vector<std::tuple<double, std::uint64_t, std::string_view, std::string_view, std::uint32_t>> order;
  for (std::uint32_t i = 0; i < view_.copies().size(); ++i) {
    const auto& copy = view_.copies()[i];
    if (copy.dropped) continue;
    order.emplace_back(want_of(copy).came(), copy.resource, copy.held->cluster, copy.held->server, i);
  }
  std::ranges::sort(order);
  std::vector<std::uint32_t> numbers;
  for (const auto& each : order) numbers.push_back(std::get<4>(each));
  return numbers;
}

std::string Drops::limit_broken(const PlanView::Copy& copy) const {
  const auto& settings = input_.settings;
  const auto& site = view_.site(copy.site);
  const auto* demand = want_of(copy).demand;
  const auto& threshold = thresholds_.of(demand == nullptr ? std::string_view{} : demand->type);
  if (site.told_capacity && site.used > site.capacity) return "more is mirrored on its server than `cache_bytes` says";
  if (view_.mirrors() > settings.most_mirrors) return "more mirrors than `most_mirrors`";
  if (view_.mirrors_in(copy.cluster) > settings.most_mirrors_of_cluster)
    return "more mirrors in its cluster than `most_mirrors_of_cluster`";
  if (view_.mirrors(copy.resource, copy.cluster) > threshold.most_mirrors)
    return "more mirrors of it than its type may have";
  return {};
}

void Drops::drop_over_limits() {
  for (const auto i : least_wanted_first())
    if (auto why = limit_broken(view_.copies()[i]); !why.empty()) drop(i, std::move(why));
}

// For others that need their room. Of what nothing was told nothing is known, so it stays.
void Drops::judge_rest() {
  for (std::uint32_t i = 0; i < view_.copies().size(); ++i) {
    const auto& copy = view_.copies()[i];
    const auto want = want_of(copy);
    if (copy.dropped || !want.told()) continue;
    const auto mirrors = static_cast<double>(view_.mirrors(copy.resource, copy.cluster));
    view_.judge(i, young(copy), want.most() / mirrors);
  }
}

void Drops::drop(std::uint32_t number, std::string why) {
  const auto& held = *view_.copies()[number].held;
  plan_.drop.push_back({held.resource, std::string(held.cluster), std::string(held.server), std::move(why)});
  view_.drop(number);
}

}  // namespace harbinger::mirror
