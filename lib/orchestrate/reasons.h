// Why something is done, in a sentence for people.
#pragma once

#include <string>
#include <vector>

#include "orchestrate/worth.h"

namespace harbinger::orchestrate {

/// "0.02": two digits, or as many as it takes to see that it is not nothing.
std::string decimal(double value);
/// "3 of 8".
std::string share(unsigned part, unsigned of);
/// "5 min", "20 s".
std::string spoken(Duration time);
/// "u00000000000003f1": what stands for a user where people read it.
std::string user_text(ActorKey user);
/// "action 17 waits for approval".
std::string waits_for_approval(std::uint64_t action);

/// "u… is likely (0.82) to ask for 2 x m1.large with ubuntu in 5 min; a ready one costs 0.02, waiting 8.2".
std::string reason_to_make(ActorKey user, const LikelyNeed& likely, const Worth& worth);
std::string reason_to_change(ActorKey user, const Need& before, const LikelyNeed& likely);
std::string reason_to_give_up(ActorKey user, const Need& need, float probability, double break_even);
/// What is believed of a user, one sentence for each attribute that is known.
std::vector<std::string> spoken(const UserAttributes& who);

}  // namespace harbinger::orchestrate
