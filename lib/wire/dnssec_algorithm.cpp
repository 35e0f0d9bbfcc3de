#include "wire/dnssec_algorithm.h"

#include "wire/text.h"

namespace harbinger::wire {
namespace {

struct Algorithm {
  std::uint8_t number;
  std::string_view text;
};

constexpr Algorithm kAlgorithms[] = {
    {1, "RSAMD5"},
    {2, "DH"},
    {3, "DSA"},
    {5, "RSASHA1"},
    {6, "DSA-NSEC3-SHA1"},
    {7, "RSASHA1-NSEC3-SHA1"},
    {8, "RSASHA256"},
    {10, "RSASHA512"},
    {12, "ECC-GOST"},
    {13, "ECDSAP256SHA256"},
    {14, "ECDSAP384SHA384"},
    {15, "ED25519"},
    {16, "ED448"},
    {252, "INDIRECT"},
    {253, "PRIVATEDNS"},
    {254, "PRIVATEOID"},
};

}  // namespace

std::optional<std::uint8_t> dnssec_algorithm_from_text(std::string_view text) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (equal_without_case(algorithm.text, text)) return algorithm.number;
  }
  return parse_number<std::uint8_t>(text);
}

}  // namespace harbinger::wire
