#include <tests/support/compare.h>

#include <algorithm>
#include <iterator>

namespace harbinger::test {
namespace {

std::string flags_of(const Header& header) {
  return std::string(header.tc ? " tc" : "") + (header.rd ? " rd" : "") + (header.cd ? " cd" : "");
}

std::string text_of(Record record, const Counted& counted) {
  // Names in the data keep their case only where a server does not compress them, so that cannot be compared.
  if (target_of(record.type, record.rdata) || record.type == RRType::SOA) {
    std::ranges::transform(record.rdata, record.rdata.begin(),
                           [](std::uint8_t octet) { return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet; });
  }
  record.name = record.name.lowercase();
  if (!counted.ttls) record.ttl = 0;
  return record.to_string();
}

void add_section(Said& said, const std::string& section, const std::vector<Record>& records, const Counted& counted) {
  for (const auto& record : records) {
    std::string line = section + " " + text_of(record, counted);
    while (!said.insert(line).second) line += " (again)";
  }
}

std::string only_in(const Said& one, const Said& other, const char* mark) {
  std::vector<std::string> lines;
  std::ranges::set_difference(one, other, std::back_inserter(lines));
  std::string text;
  for (const auto& line : lines) text += std::string("   ") + mark + line + "\n";
  return text;
}

std::string describe(const Asked& asked, const Wishes& wishes) {
  return asked.name + " " + to_string(asked.type) + (wishes.dnssec_ok ? " +dnssec" : "") + (wishes.tcp ? " +tcp" : "") +
         (wishes.udp_size ? "" : " +noedns") + "\n";
}

}  // namespace

Said what_is_said(const Answer& reply, const Counted& counted) {
  const Message& message = reply.message;
  Said said{"rcode " + to_string(message.rcode()), "flags" + flags_of(message.header),
            message.edns ? "with OPT" : "without OPT"};
  if (message.edns && message.edns->dnssec_ok) said.insert("flag do");
  if (counted.authoritative && message.header.aa) said.insert("flag aa");
  if (counted.answers) add_section(said, "answer", message.answers, counted);
  if (counted.authorities) add_section(said, "authority", message.authorities, counted);
  if (counted.additionals) add_section(said, "additional", message.additionals, counted);
  return said;
}

std::string difference(const SocketAddress& ours, const SocketAddress& theirs, const Asked& asked, const Wishes& wishes,
                       const Counted& counted) {
  const auto us = ask(ours, asked.name, asked.type, wishes);
  const auto them = ask(theirs, asked.name, asked.type, wishes);
  if (!us || !them)
    return describe(asked, wishes) + (us ? "" : "   ours: " + us.error().to_string() + "\n") +
           (them ? "" : "   theirs: " + them.error().to_string() + "\n");
  const Said a = what_is_said(*us, counted), b = what_is_said(*them, counted);
  if (a == b) return "";
  return describe(asked, wishes) + only_in(a, b, "only ours:   ") + only_in(b, a, "only theirs: ");
}

std::vector<Asked> each_with_each(const std::vector<std::string>& names, const std::vector<RRType>& types) {
  std::vector<Asked> all;
  for (const auto& name : names)
    for (const auto type : types) all.push_back({name, type});
  return all;
}

}  // namespace harbinger::test
