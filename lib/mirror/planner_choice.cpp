#include "mirror/planner_choice.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "mirror/planner_worth.h"

namespace harbinger::mirror {

namespace {

constexpr const char* kNoTotal = "as many mirrors as `most_mirrors` allows";

// Benefit decides; the rest is for the same plan to come out of the same input.
bool less_worthwhile(const Candidate& a, const Candidate& b) {
  const auto key = [](const Candidate& c) {
    return std::tuple(-c.benefit, bytes_of(c.demand->bytes), c.demand->resource, c.cluster);
  };
  return key(b) < key(a);
}

std::string add_sentence(const Candidate& candidate) {
  char text[240];
  const auto& demand = *candidate.demand;
  if (candidate.carried)
    std::snprintf(text, sizeof text,
                  "%.3g requests a minute expected, from demand in other clusters; %zu mirrors there", candidate.wanted,
                  candidate.mirrors);
  else
    std::snprintf(text, sizeof text, "%.3g requests a minute expected%s (%.3g came, at most %.3g); %zu mirrors there",
                  candidate.wanted, demand.burst ? " in a burst" : "", demand.now, demand.high, candidate.mirrors);
  return text;
}

}  // namespace

Choice::Choice(const PlanInput& input, PlanView& view, PushBudget& budget, CoolDowns& cool_downs, Plan& plan)
    : input_(input),
      thresholds_(input.settings),
      view_(view),
      budget_(budget),
      cool_downs_(cool_downs),
      room_(view),
      plan_(plan) {}

void Choice::make() {
  collect();
  while (!heap_.empty()) {
    if (view_.mirrors() >= input_.settings.most_mirrors) return pass_rest(kNoTotal);
    const auto best = take_best();
    if (best.mirrors != view_.mirrors(best.demand->resource, best.cluster)) {
      offer(best);
      continue;
    }
    if (!place(best)) return pass_rest("behind others over the push budget");
  }
}

void Choice::collect() {
  for (const auto& demand : input_.demands)
    if (const auto wanted = wanted_of(demand); wanted > 0)
      if (const auto cluster = view_.cluster(demand.cluster); cluster != PlanView::kNone)
        offer({.demand = &demand, .cluster = cluster, .wanted = wanted});
  for (const auto& [like, cluster, wanted] : input_.carried)
    offer({.demand = like, .cluster = cluster, .wanted = wanted, .carried = true});
}

void Choice::offer(Candidate candidate) {
  const auto& threshold = thresholds_.of(candidate.demand->type);
  if (candidate.wanted < threshold.publish) return;
  candidate.mirrors = view_.mirrors(candidate.demand->resource, candidate.cluster);
  const auto with = candidate.mirrors + 1;
  candidate.benefit = benefit_of(candidate.wanted, with, input_.settings.horizon);
  if (with > threshold.most_mirrors || candidate.wanted < threshold.publish * static_cast<double>(with) ||
      candidate.benefit < threshold.least_benefit || (!candidate.carried && candidate.demand->chance < kLeastChance))
    return;
  heap_.push_back(candidate);
  std::ranges::push_heap(heap_, less_worthwhile);
}

Candidate Choice::take_best() {
  std::ranges::pop_heap(heap_, less_worthwhile);
  const auto best = heap_.back();
  heap_.pop_back();
  return best;
}

bool Choice::place(const Candidate& candidate) {
  const auto octets = bytes_of(candidate.demand->bytes);
  if (auto why = obstacle(candidate); !why.empty()) {
    pass(candidate, std::move(why));
    return true;
  }
  const auto fit = budget_.fit(octets);
  if (fit == PushBudget::Fit::never) pass(candidate, "larger than the push budget at its fullest");
  if (fit == PushBudget::Fit::later) pass(candidate, "over the push budget");
  if (fit != PushBudget::Fit::yes) return fit == PushBudget::Fit::never;
  auto found = best_site(candidate, static_cast<double>(octets));
  if (!found && make_room(candidate, static_cast<double>(octets)))
    found = best_site(candidate, static_cast<double>(octets));
  if (found)
    add(candidate, *found, static_cast<double>(octets));
  else
    pass(candidate, "no server there is up, has room for it and has not failed or got it just now");
  return true;
}

bool Choice::make_room(const Candidate& candidate, double bytes) {
  const auto came = candidate.carried ? 0 : std::min(candidate.wanted, came_of(*candidate.demand));
  const auto go = room_.find(open_sites(candidate), bytes, came / static_cast<double>(candidate.mirrors + 1));
  if (!go) return false;
  for (const auto number : *go) {
    const auto& held = *view_.copies()[number].held;
    cool_downs_.begin(mirror_key(held.resource, held.cluster), input_.now);
    plan_.drop.push_back({held.resource, std::string(held.cluster), std::string(held.server),
                          "made room for what came more than twice as often"});
    view_.drop(number);
  }
  return true;
}

std::string Choice::obstacle(const Candidate& candidate) const {
  const auto& settings = input_.settings;
  const auto name = view_.cluster_name(candidate.cluster);
  if (bytes_of(candidate.demand->bytes) > settings.most_bytes) return "larger than `most_bytes`";
  if (view_.sites_of(candidate.cluster).empty()) return "no server in its cluster";
  if (view_.mirrors_in(candidate.cluster) >= settings.most_mirrors_of_cluster)
    return "as many mirrors in its cluster as `most_mirrors_of_cluster` allows";
  if (cool_downs_.cooling(mirror_key(candidate.demand->resource, name), settings.cool_down, input_.now))
    return "withdrawn a short while ago";
  return {};
}

std::vector<Place> Choice::holders(std::uint64_t resource) const {
  std::vector<Place> places;
  for (const auto number : view_.copies_of(resource)) {
    const auto& copy = view_.copies()[number];
    if (!copy.dropped && copy.site != PlanView::kNone) places.push_back(view_.site(copy.site).server->place);
  }
  return places;
}

// One that is dropped in this plan does not come back in it.
std::vector<std::uint32_t> Choice::open_sites(const Candidate& candidate) const {
  const auto resource = candidate.demand->resource;
  std::vector<std::uint32_t> sites;
  for (const auto number : view_.sites_of(candidate.cluster)) {
    const auto& site = view_.site(number);
    const auto has = std::ranges::any_of(view_.copies_of(resource),
                                         [&](std::uint32_t copy) { return view_.copies()[copy].site == number; });
    const auto key = mirror_key(resource, site.server->cluster, site.server->name);
    if (site.takes_new() && !has && !cool_downs_.cooling(key, input_.settings.cool_down, input_.now))
      sites.push_back(number);
  }
  return sites;
}

std::vector<Applicant> Choice::applicants(const Candidate& candidate, double bytes,
                                          std::vector<std::uint32_t>& sites) const {
  const auto places = holders(candidate.demand->resource);
  std::erase_if(sites, [&](std::uint32_t number) { return view_.site(number).free() < bytes; });
  std::vector<Applicant> applicants;
  for (const auto number : sites) {
    const auto& site = view_.site(number);
    applicants.push_back({.server = site.server,
                          .free_after = (site.free() - bytes) / site.capacity,
                          .distance_km = nearest_km(site.server->place, places),
                          .preference = site.preference});
  }
  return applicants;
}

std::optional<Choice::Found> Choice::best_site(const Candidate& candidate, double bytes) const {
  auto sites = open_sites(candidate);
  const auto all = applicants(candidate, bytes, sites);
  const auto yardstick = yardstick_of(all);
  std::optional<Found> best;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto score = score_of(all[i], yardstick, input_.settings.weights);
    const auto by_name = [&] { return all[i].server->name < view_.site(best->site).server->name; };
    if (!best || score.total > best->score.total || (score.total == best->score.total && by_name()))
      best = Found{sites[i], score};
  }
  return best;
}

void Choice::pass(const Candidate& candidate, std::string why) {
  ++plan_.passed_over;
  if (plan_.passed.size() < kMostPassed)
    plan_.passed.push_back(
        {candidate.demand->resource, std::string(view_.cluster_name(candidate.cluster)), std::move(why)});
}

// The most worthwhile of the rest are named, the others only counted.
void Choice::pass_rest(const std::string& why) {
  while (!heap_.empty() && plan_.passed.size() < kMostPassed) pass(take_best(), why);
  plan_.passed_over += heap_.size();
}

void Choice::add(const Candidate& candidate, const Found& found, double bytes) {
  const auto& server = *view_.site(found.site).server;
  plan_.add.push_back({.resource = candidate.demand->resource,
                       .cluster = std::string(server.cluster),
                       .server = std::string(server.name),
                       .score = found.score,
                       .benefit = candidate.benefit,
                       .why = add_sentence(candidate) + "; " + to_string(found.score)});
  view_.add(candidate.demand->resource, found.site, bytes);
  budget_.take(bytes_of(candidate.demand->bytes));
  offer(candidate);
}

}  // namespace harbinger::mirror
