// Zones and questions as texts, for the tests of the file plugin.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "plugins/file/zone_answer.h"
#include "plugins/file/zone_loader.h"
#include "tests/support/drive.h"

namespace harbinger::file {

inline const Name kOrigin = *Name::parse("example.org.");

/// Every error of the text, one a line, as `text:line:column: what`.
inline std::string errors_in(std::string_view text) {
  std::string lines;
  const LoadedZone loaded = load_zone_text(text, kOrigin);
  for (const Error& error : loaded.findings.errors()) lines += error.to_string() + "\n";
  return lines;
}

inline std::string warnings_in(std::string_view text) {
  std::string lines;
  const LoadedZone loaded = load_zone_text(text, kOrigin);
  for (const Error& warning : loaded.findings.warnings()) lines += warning.to_string() + "\n";
  return lines;
}

/// A SOA and an NS, then `text`; it must be right.
inline std::unique_ptr<Zone> zone_with(std::string_view text, const Name& origin = kOrigin) {
  LoadedZone loaded = load_zone_text(
      "$TTL 300\n@ SOA ns.elsewhere. admin 7 7200 900 1209600 60\n@ NS ns.elsewhere.\n" + std::string(text), origin);
  for (const Error& error : loaded.findings.errors()) UNSCOPED_INFO(error.to_string());
  REQUIRE(loaded.zone);
  return std::move(loaded.zone);
}

/// The answer as text: the code, `aa` when authoritative, then the records, `-` between the sections.
inline std::string answer_to(const Zone& zone, std::string_view question, bool dnssec = false) {
  const auto space = question.find(' ');
  const Query query =
      QueryBuilder(Name::parse(question.substr(0, space)).value(), *parse_type(question.substr(space + 1)))
          .dnssec_ok(dnssec)
          .build();
  const Reply reply = answer_from(zone, query);
  std::string text = to_string(reply.rcode()) + (reply.authoritative() ? " aa\n" : "\n");
  for (const auto* section : {&reply.answers(), &reply.authorities(), &reply.additionals()}) {
    for (const Record& record : *section) text += record.to_string() + "\n";
    text += "-\n";
  }
  return text;
}

/// What negative answers of zone_with carry.
inline const std::string kSoa = "example.org. 60 IN SOA ns.elsewhere. admin.example.org. 7 7200 900 1209600 60\n";
inline const std::string kNoName = "NXDOMAIN aa\n-\n" + kSoa + "-\n-\n";
inline const std::string kNoData = "NOERROR aa\n-\n" + kSoa + "-\n-\n";

/// A positive answer of these records alone.
inline std::string answer_of(const std::string& records) { return "NOERROR aa\n" + records + "-\n-\n-\n"; }

}  // namespace harbinger::file
