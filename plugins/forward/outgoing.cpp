#include "plugins/forward/outgoing.h"

#include <vector>

namespace harbinger::forward {

namespace {

std::vector<std::uint8_t> packed(const ClientSubnet& subnet) {
  std::vector<std::uint8_t> data;
  subnet.write(data);
  const auto code = static_cast<std::uint16_t>(OptionCode::ECS);
  const std::array<std::uint8_t, 4> head{static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code),
                                         static_cast<std::uint8_t>(data.size() >> 8),
                                         static_cast<std::uint8_t>(data.size())};
  data.insert(data.begin(), head.begin(), head.end());
  return data;
}

}  // namespace

Outgoing::Outgoing(const Query& query, const std::optional<ClientSubnet>& subnet) {
  Header header;
  header.rd = query.recursion_desired();
  header.cd = query.checking_disabled();
  header.ad = true;  // RFC 6840 sec. 5.7: we want to know whether the data was validated
  MessageWriter writer(bytes_, header);
  writer.add_question(query.question());

  std::vector<std::uint8_t> options;
  if (subnet) options = packed(*subnet);
  writer.add_opt({.udp_size = 1232, .dnssec_ok = query.dnssec_ok(), .options = options});
  size_ = writer.finish().size();
}

}  // namespace harbinger::forward
