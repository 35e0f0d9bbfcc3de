#include <harbinger/profile_tag.h>

#include <catch2/catch.hpp>

#include <cstring>
#include <set>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

using Verdict = ProfileTagKeys::Verdict;

constexpr UnixMillis kHour = 3'600'000, kDay = 24 * kHour;
constexpr UnixMillis kMidnight = 19'700 * kDay;  // UTC: a period begins
constexpr UnixMillis kNoon = kMidnight + 12 * kHour;

Secret secret_of(std::uint8_t octet) {
  Secret secret;
  secret.fill(octet);
  return secret;
}

const ClientProfile kProfile{"frankfurt", "mobile", 7, "gold", 2};

ProfileTagKeys keys(ProfileTagKeys::Settings settings = {}) { return {secret_of(1), settings}; }

std::string text_of(const ProfileTag& tag) { return std::string(tag.text()); }

// With another character at that place.
ProfileTag changed(const ProfileTag& tag, std::size_t at) {
  auto text = text_of(tag);
  text[at] = text[at] == '0' ? '1' : '0';
  return ProfileTag::parse(text).value();
}

}  // namespace

TEST_CASE("a tag is 24 characters without look-alikes, and is ours") {
  const auto made = keys().make(kProfile, kNoon);
  CHECK(made.text().size() == 24);
  CHECK(made.text().find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz") == std::string_view::npos);
  CHECK(keys().check(made, kNoon) == Verdict::ours);
  CHECK(keys().make(kProfile, kNoon) == made);
}

TEST_CASE("nothing of the profile stands in its tag") {
  const auto tag = text_of(keys().make({"zz", "zz", 0, "zz", 0}, kNoon));
  CHECK(tag.find("zz") == std::string::npos);
  // Half of the bits are others for a neighbour: no part of the profile has a place of its own.
  const auto neighbour = text_of(keys().make({"zz", "zz", 1, "zz", 0}, kNoon));
  std::size_t same = 0;
  for (std::size_t i = 1; i < tag.size(); ++i) same += tag[i] == neighbour[i];
  CHECK(same <= 6);
}

TEST_CASE("another profile has another tag, whatever differs") {
  const auto all = {kProfile,
                    ClientProfile{"Frankfurt", "mobile", 7, "gold", 2},
                    ClientProfile{"frankfurt", "desktop", 7, "gold", 2},
                    ClientProfile{"frankfurt", "mobile", 8, "gold", 2},
                    ClientProfile{"frankfurt", "mobile", 7, "basic", 2},
                    ClientProfile{"frankfurt", "mobile", 7, "gold", 3},
                    ClientProfile{"frankfurtmobile", "", 7, "gold", 2},
                    ClientProfile{"", "frankfurtmobile", 7, "gold", 2},
                    ClientProfile{"mobile", "frankfurt", 7, "gold", 2},
                    ClientProfile{}};
  std::set<std::string> tags;
  std::set<std::uint64_t> keys_of_tags;
  for (const auto& profile : all) {
    const auto tag = keys().make(profile, kNoon);
    tags.insert(text_of(tag));
    keys_of_tags.insert(tag.key());
  }
  CHECK(tags.size() == all.size());
  CHECK(keys_of_tags.size() == all.size());
  CHECK_FALSE(keys_of_tags.contains(0));
}

TEST_CASE("another installation makes other tags, and takes ours for forged") {
  const ProfileTagKeys others(secret_of(2), {});
  const auto tag = keys().make(kProfile, kNoon);
  CHECK(others.make(kProfile, kNoon) != tag);
  CHECK(others.check(tag, kNoon) == Verdict::forged);
}

TEST_CASE("a tag in which any character was changed is forged") {
  const auto tag = keys().make(kProfile, kNoon);
  for (std::size_t at = 0; at < ProfileTag::kLength; ++at) {
    CAPTURE(at);
    CHECK(keys().check(changed(tag, at), kNoon) == Verdict::forged);
  }
}

TEST_CASE("a tag that a client makes up is forged") {
  for (const char c : {'0', '7', 'z'})
    CHECK(keys().check(ProfileTag::parse(std::string(24, c)).value(), kNoon) == Verdict::forged);
}

TEST_CASE("a new period has new tags, and the last one's hold for the overlap beside them") {
  const auto last = keys().make(kProfile, kMidnight - 1);
  const auto next = keys().make(kProfile, kMidnight);
  CHECK(last != next);
  CHECK(keys().check(last, kMidnight) == Verdict::ours);
  CHECK(keys().check(last, kMidnight + kHour - 1) == Verdict::ours);
  CHECK(keys().check(last, kMidnight + kHour) == Verdict::expired);
  CHECK(keys().check(next, kMidnight + kDay + kHour - 1) == Verdict::ours);
}

TEST_CASE("a tag from the future is ours within the overlap, and else taken for expired: a clock was put back") {
  const auto tag = keys().make(kProfile, kMidnight);
  CHECK(keys().check(tag, kMidnight - 1) == Verdict::ours);
  CHECK(keys().check(tag, kMidnight - kHour) == Verdict::ours);
  CHECK(keys().check(tag, kMidnight - kHour - 1) == Verdict::expired);
  CHECK(keys().check(tag, kMidnight - 5 * kDay) == Verdict::expired);
}

TEST_CASE("tags of ours are known as expired for 31 periods, and are nobody's after that") {
  const auto tag = keys().make(kProfile, kNoon);
  for (const int days : {2, 16, 30, 31}) CHECK(keys().check(tag, kNoon + days * kDay) == Verdict::expired);
  CHECK(keys().check(tag, kNoon + 32 * kDay) == Verdict::forged);
}

TEST_CASE("a clock that jumps anywhere neither crashes nor makes anything ours") {
  const auto tag = keys().make(kProfile, kNoon);
  for (const UnixMillis now : {UnixMillis{0}, UnixMillis{-1}, -kDay, -1000 * kDay, 100 * kNoon,
                               std::numeric_limits<UnixMillis>::min(), std::numeric_limits<UnixMillis>::max()}) {
    CHECK(keys().check(tag, now) != Verdict::ours);
    CHECK(keys().check(keys().make(kProfile, now), now) == Verdict::ours);
    CHECK(keys().band(now) < 6);
  }
}

TEST_CASE("absurd settings are brought into their ranges") {
  const auto odd = keys({.rotate = 0s, .overlap = -5s, .bands = 0});
  CHECK(odd.check(odd.make(kProfile, kNoon), kNoon) == Verdict::ours);
  CHECK(odd.check(odd.make(kProfile, kNoon), kNoon + 1000) == Verdict::expired);
  CHECK(odd.band(kNoon) == 0);
  const auto wide = keys({.rotate = 60s, .overlap = 24h, .bands = 100'000});
  CHECK(wide.check(wide.make(kProfile, kNoon), kNoon + 119'999) == Verdict::ours);
  CHECK(wide.check(wide.make(kProfile, kNoon), kNoon + 120'000) == Verdict::expired);
  CHECK(wide.band(kMidnight + kDay - 1) == 254);
}

TEST_CASE("the day is cut into bands of one length, in UTC") {
  CHECK(keys().band(kMidnight) == 0);
  CHECK(keys().band(kMidnight + 4 * kHour - 1) == 0);
  CHECK(keys().band(kMidnight + 4 * kHour) == 1);
  CHECK(keys().band(kMidnight - 1) == 5);
}

TEST_CASE("a tag reads the same in either case, and look-alikes are not taken for others") {
  const auto text = text_of(keys().make(kProfile, kNoon));
  auto upper = text;
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  const auto tag = ProfileTag::parse(upper);
  REQUIRE(tag);
  CHECK(tag->text() == text);
  CHECK(tag->key() == ProfileTag::parse(text)->key());
  for (const char c : {'i', 'l', 'o', 'u', 'I', 'L', 'O', 'U', '-', '.', ' ', '\0', '\xe9'}) {
    auto odd = text;
    odd[5] = c;
    CHECK_FALSE(ProfileTag::parse(odd));
  }
}

TEST_CASE("a tag's key is the same in every process, as journals have it") {
  CHECK(ProfileTag::parse("0123456789abcdefghjkmnpq")->key() == 0x8ea50759152dcf22ULL);
}

TEST_CASE("a text that is too short or too long is no tag") {
  const auto text = text_of(keys().make(kProfile, kNoon));
  CHECK_FALSE(ProfileTag::parse(""));
  CHECK_FALSE(ProfileTag::parse(text.substr(1)));
  CHECK_FALSE(ProfileTag::parse(text + "0"));
}
