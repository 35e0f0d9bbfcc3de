// Options of the target `estate`: an OpenStack cloud, and what words of needs stand for there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/target.h"
#include "orchestrate/target_words.h"
#include "provision/openstack_options.h"

namespace harbinger::orchestrate {

/// What a security group of ours lets in: "tcp 22 from 10.0.0.0/8, tcp 8000-8080, icmp".
struct GroupRule {
  std::string protocol{};             ///< tcp, udp, icmp; empty: any
  std::uint16_t first = 0, last = 0;  ///< ports; 0: all
  std::string from{};                 ///< a prefix; empty: anywhere
  bool v6 = false;
  friend bool operator==(const GroupRule&, const GroupRule&) = default;
};
/// A rule without a prefix is for IPv4 and for IPv6, so it is two. Nothing for what is not so.
std::optional<std::vector<GroupRule>> read_group_rules(std::string_view text);

struct EstateSettings {
  provision::OpenstackAccount account{};
  std::string installation{};
  TargetTraits traits{.name = "estate", .usual_start = std::chrono::seconds(40), .changes = true};
  WordTable machines{};                                   ///< word -> flavor; none: words are flavors' names
  WordTable images{};                                     ///< word -> image's id or name; likewise
  WordTable groups{};                                     ///< word -> a security group that there is
  std::map<std::string, std::vector<GroupRule>> rules{};  ///< word -> a group that is made when it is needed
  UsualWords usual{};
  bool resizes = false;                               ///< Nova may restart a server to give it another flavor
  std::map<std::string, std::string> server_words{};  ///< as settings of orders, for all of them
};

Result<EstateSettings> read_estate_settings(const TargetWorld& world);

/// Why it can never be made, as far as the configuration tells; empty when it can.
std::string estate_refusal(const EstateSettings& settings, const Need& need);

/// An order with its words looked up in the configuration.
struct EstatePlan {
  std::string installation{}, id{};
  Need need{};
  std::string flavor{}, image{};  ///< names or ids
  std::uint16_t port = 80;
  std::map<std::string, std::string> server_words{};  ///< as a Template's `more` of the provider openstack
  std::string volume_type{}, volume_zone{};
};
/// `denied`: a word or setting that is not known.
Result<EstatePlan> plan_estate(const EstateSettings& settings, const TargetOrder& order);

}  // namespace harbinger::orchestrate
