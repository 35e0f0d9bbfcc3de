#include <catch2/catch.hpp>

#include <harbinger/options.h>

#include <algorithm>
#include <string>

using namespace harbinger;
using namespace std::chrono_literals;

namespace colours {

struct Colour {
  int red = 0;
};

}  // namespace colours

template <>
struct harbinger::OptionValue<colours::Colour> {
  static Result<colours::Colour> parse(std::string_view text) {
    if (text != "red") return fail(ErrorCode::unknown, "a colour such as red");
    return colours::Colour{255};
  }
  static std::string show(const colours::Colour& value) { return value.red > 0 ? "red" : "black"; }
  static std::string_view form() { return "COLOUR"; }
};

namespace {

template <class T>
std::string wanted(std::string_view text) {
  const auto value = OptionValue<T>::parse(text);
  return value ? "nothing" : value.error().message;
}

}  // namespace

TEST_CASE("durations that are none are refused") {
  const auto text = GENERATE("", "s", "1x", "-1s", "1h30", "1 s", "1.s", ".5s", "1..5s", "1s ", "99999999999999999999s",
                             "400000000000", "18446744073709551615ns", "1e3s", "+1s", "1.5.5s", "0x10s");
  CAPTURE(text);
  CHECK(wanted<std::chrono::nanoseconds>(text) == "a duration such as 30s or 1h");
}

TEST_CASE("a duration must fit its unit") {
  CHECK(wanted<std::chrono::seconds>("500ms") == "a duration in whole seconds such as 30s or 1h");
  CHECK(wanted<std::chrono::milliseconds>("5us") == "a duration in whole milliseconds such as 500ms or 3s");
  CHECK(wanted<std::chrono::minutes>("5s") == "a duration that is a multiple of 1m");
  CHECK(OptionValue<std::chrono::hours>::parse("1.5d").value() == 36h);
}

TEST_CASE("fractions of a duration are exact") {
  CHECK(OptionValue<std::chrono::nanoseconds>::parse("0.000000001s").value() == 1ns);
  CHECK(OptionValue<std::chrono::nanoseconds>::parse("0.0000000019s").value() == 1ns);
  CHECK(OptionValue<std::chrono::nanoseconds>::parse("1.999999999w").value() == 2 * 168h - 604800ns);
  CHECK(OptionValue<std::chrono::nanoseconds>::parse("2.5").value() == 2500ms);
}

TEST_CASE("durations are shown as they may be written") {
  for (const auto duration :
       std::initializer_list<std::chrono::nanoseconds>{0s, 1ns, 1500ms, 90s, 24h, 25h + 3s, 1us, 59min, 1h + 1ns}) {
    const auto text = OptionValue<std::chrono::nanoseconds>::show(duration);
    CAPTURE(text);
    CHECK(OptionValue<std::chrono::nanoseconds>::parse(text).value() == duration);
  }
  CHECK(OptionValue<std::chrono::seconds>::show(5400s) == "1h30m");
}

TEST_CASE("sizes that are none are refused") {
  const auto text = GENERATE("", "MiB", "-1", "1 MiB", "1.5MiB", "1mib", "64M", "99999999999999999999",
                             "18446744073709551615KiB", "1MiB2");
  CAPTURE(text);
  CHECK(wanted<ByteSize>(text) == "a size such as 4096, 64MiB or 10MB");
}

TEST_CASE("sizes are shown in the largest unit that fits") {
  CHECK(OptionValue<ByteSize>::show({0}) == "0");
  CHECK(OptionValue<ByteSize>::show({1000}) == "1000");
  CHECK(OptionValue<ByteSize>::show({3 << 20}) == "3MiB");
  CHECK(OptionValue<ByteSize>::show({1ull << 42}) == "4TiB");
}

TEST_CASE("whole numbers stay in the range of their type") {
  CHECK(wanted<std::uint8_t>("256") == "a whole number from 0 to 255");
  CHECK(wanted<std::int16_t>("x") == "a whole number from -32768 to 32767");
  CHECK(wanted<std::uint32_t>("-1") == "a whole number from 0 to 4294967295");
  CHECK(wanted<int>("1.5") == "a whole number of at most 2147483647");
  CHECK(wanted<int>("") == "a whole number of at most 2147483647");
  CHECK(OptionValue<std::uint8_t>::parse("255").value() == 255);
}

TEST_CASE("numbers are finite") {
  CHECK(wanted<double>("inf") == "a number such as 0.5");
  CHECK(wanted<double>("1e999") == "a number such as 0.5");
  CHECK(OptionValue<double>::parse("-2.5e3").value() == -2500);
}

TEST_CASE("checks add up") {
  const auto reader = make_value_reader<int>(at_least(3), at_most(7));
  CHECK(reader.read("5").value() == 5);
  CHECK(reader.read("8").error().message == "a whole number of at least 3 and of at most 7");
  CHECK(reader.read("2").error().message == "a whole number of at least 3 and of at most 7");
}

TEST_CASE("a range compares without mixing up signs") {
  const auto reader = make_value_reader<std::uint32_t>(between(-5, 10));
  CHECK(reader.read("0").value() == 0);
  CHECK_FALSE(reader.read("4294967295"));
}

TEST_CASE("a type of one's own becomes an option") {
  struct Paint {
    colours::Colour colour;
  };
  Options<Paint> options;
  options.option("colour", &Paint::colour, "which colour");
  CHECK(options.table().at(0).form == "COLOUR");
  CHECK(options.table().at(0).default_value == "black");
  const auto file = config::parse("paint { p { colour blue } }", "H");
  REQUIRE(file);
  const auto paint = options.read(file->blocks.at(0).directives.at(0));
  REQUIRE_FALSE(paint);
  CHECK(paint.error().at(0).to_string() == "H:1:20: `colour` wants a colour such as red, not `blue`");
}
