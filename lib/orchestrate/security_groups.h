// Security groups of OpenStack (Neutron) that servers of orders are in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "orchestrate/estate_settings.h"
#include "provision/openstack_service.h"

namespace harbinger::orchestrate {

/// Any thread.
class SecurityGroups {
 public:
  /// `neutron` and `settings` outlive it.
  SecurityGroups(provision::OpenstackService& neutron, const EstateSettings& settings)
      : neutron_(neutron), settings_(settings) {}

  /// A word's group, kept from being swept while this lives.
  class Held {
   public:
    Held(SecurityGroups& of, std::string word) : of_(&of), word_(std::move(word)) {}
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    SecurityGroups* const of_;
    const std::string word_;
  };
  std::unique_ptr<Held> hold(const std::string& word);

  /// The id of the group that a word stands for. One that has rules in the configuration is made if it is not there, and completed; the other ones must be there: `denied`, naming those that are.
  Result<std::string> id_of(const std::string& word, const provision::RestLimits& limits);
  /// Whether a word's group is one that we make.
  bool makes(const std::string& word) const { return settings_.rules.contains(word); }
  /// Ends our groups of words that are neither held nor among those that servers have, which `used` asks for when there is any group; one that Neutron says is in use stays.
  using Used = std::function<Result<std::set<std::string>>()>;
  Result<void> sweep(const Used& used, const provision::RestLimits& limits);

 private:
  Result<std::vector<provision::Json>> named(const std::string& name, const provision::RestLimits& limits);
  Result<provision::Json> create(const std::string& word, const provision::RestLimits& limits);
  Result<void> complete(const provision::Json& group, const std::string& word, const provision::RestLimits& limits);
  Result<std::map<std::string, std::vector<std::string>>> ours(const provision::RestLimits& limits);
  Result<void> end(const std::vector<std::string>& ids, const provision::RestLimits& limits);
  Error no_such_group(const std::string& name, const provision::RestLimits& limits);
  std::string name_of(const std::string& word) const;

  provision::OpenstackService& neutron_;
  const EstateSettings& settings_;
  std::timed_mutex making_;  ///< one makes or sweeps groups at a time
  std::mutex mutex_;
  std::map<std::string, unsigned> held_;
};

}  // namespace harbinger::orchestrate
