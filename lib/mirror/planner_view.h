// What a plan works on: servers with their room, and the copies of each resource, as they would be with the plan so far.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mirror/planner.h"

namespace harbinger::mirror {

/// Borrows all that it is made of.
class PlanView {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Site {
    const Server* server = nullptr;
    std::uint32_t cluster = kNone;
    bool excluded = false;
    bool told_capacity = false;  ///< by the operator
    double preference = 1;
    double capacity = 0, used = 0;  ///< octets of mirrors

    double free() const { return capacity - used; }
    bool takes_new() const { return server->up && !excluded && !(server->load >= 1) && preference > 0; }
  };
  struct Copy {
    const Held* held = nullptr;  ///< null: of this plan
    std::uint64_t resource = 0;
    std::uint32_t cluster = kNone, site = kNone;
    double bytes = 0;
    bool dropped = false;
    bool young = true;    ///< may not go for another
    double strength = 0;  ///< requests a minute, expected or come, whichever is more; for each mirror
  };

  PlanView(std::span<const Server> servers, std::span<const Held> held, const MirrorSettings& settings);

  /// kNone where there are no servers and no copies.
  std::uint32_t cluster(std::string_view name) const { return found(cluster_numbers_, name); }
  std::uint32_t clusters() const { return static_cast<std::uint32_t>(cluster_names_.size()); }
  std::string_view cluster_name(std::uint32_t cluster) const { return cluster_names_[cluster]; }
  std::span<const std::uint32_t> sites_of(std::uint32_t cluster) const { return sites_of_[cluster]; }

  std::size_t sites() const { return sites_.size(); }
  const Site& site(std::uint32_t number) const { return sites_[number]; }
  const std::vector<Copy>& copies() const { return copies_; }
  /// Numbers of its copies, dropped ones among them.
  std::span<const std::uint32_t> copies_of(std::uint64_t resource) const;
  std::size_t mirrors(std::uint64_t resource, std::uint32_t cluster) const;
  std::size_t mirrors() const { return mirrors_; }
  std::size_t mirrors_in(std::uint32_t cluster) const { return mirrors_in_[cluster]; }

  void add(std::uint64_t resource, std::uint32_t site, double bytes) {
    add({.resource = resource, .cluster = sites_[site].cluster, .site = site, .bytes = bytes});
  }
  void drop(std::uint32_t copy);
  void judge(std::uint32_t copy, bool young, double strength) {
    copies_[copy].young = young;
    copies_[copy].strength = strength;
  }

 private:
  using Numbers = std::unordered_map<std::string_view, std::uint32_t>;
  static std::uint32_t found(const Numbers& numbers, std::string_view name) {
    const auto at = numbers.find(name);
    return at == numbers.end() ? kNone : at->second;
  }
  std::uint32_t number_cluster(std::string_view name);
  void add(const Copy& copy);
  void count(const Copy& copy, int by);

  std::vector<Site> sites_;
  std::vector<std::string_view> cluster_names_;
  std::vector<std::vector<std::uint32_t>> sites_of_;
  std::vector<std::size_t> mirrors_in_;
  std::vector<Copy> copies_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> copies_of_;
  Numbers cluster_numbers_, site_numbers_;
  std::size_t mirrors_ = 0;
};

/// The threshold that a type has, or the one of all others.
class Thresholds {
 public:
  explicit Thresholds(const MirrorSettings& settings) : usual_(settings.threshold) {
    for (const auto& [type, threshold] : settings.types) by_type_.emplace(type, &threshold);
  }
  const Threshold& of(std::string_view type) const {
    if (by_type_.empty()) return usual_;
    const auto found = by_type_.find(type);
    return found == by_type_.end() ? usual_ : *found->second;
  }

 private:
  const Threshold& usual_;
  std::unordered_map<std::string_view, const Threshold*> by_type_;
};

}  // namespace harbinger::mirror
