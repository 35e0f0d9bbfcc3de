#include <catch2/catch.hpp>

#include <harbinger/options.h>

#include <string>
#include <vector>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

enum class Policy { random, sequential };
enum class Action { allow, block };

struct Rule {
  Action action = Action::allow;
  std::vector<RRType> types;
  std::vector<IpPrefix> nets;
  int weight = 1;
  bool operator==(const Rule&) const = default;
};

struct Everything {
  Name from;
  std::vector<SocketAddress> to;
  bool quick = false;
  bool careful = true;
  std::uint16_t port = 53;
  int level = -3;
  std::size_t workers = 1;
  double share = 0.5;
  std::string text = "hello world";
  std::chrono::seconds ttl{60};
  std::chrono::milliseconds wait{1500};
  RRType type = RRType::A;
  Rcode rcode = Rcode::NXDOMAIN;
  IpAddress address;
  IpPrefix net;
  SocketAddress listen;
  std::filesystem::path file;
  ByteSize size{64 << 20};
  std::uint64_t cache_size = 4096;
  Policy policy = Policy::random;
  std::optional<int> limit;
  std::vector<std::string> words{"one", "two"};
  std::vector<Rule> rules;
};

Options<Everything> everything() {
  Options<Everything> options;
  options.argument("from", &Everything::from, "names below this one")
      .argument("to", &Everything::to, default_port(53), "where they are asked for")
      .option("quick", &Everything::quick, "do not wait")
      .option("careful", &Everything::careful, "look twice")
      .option("port", &Everything::port, at_least(1), "where to listen")
      .option("level", &Everything::level, "how loud")
      .option("workers", &Everything::workers, between(1, 256), "how many")
      .option("share", &Everything::share, between(0, 1), "how much")
      .option("text", &Everything::text, "what to say")
      .option("ttl", &Everything::ttl, between(1s, 24h), "how long an answer may be kept")
      .option("wait", &Everything::wait, at_most(5s), "how long to wait")
      .option("type", &Everything::type, "which type")
      .option("rcode", &Everything::rcode, "which answer")
      .option("address", &Everything::address, "which host")
      .option("net", &Everything::net, "which hosts")
      .option("listen", &Everything::listen, "which port")
      .option("file", &Everything::file, "which file")
      .option("size", &Everything::size, between(4096, 1 << 30), "how much memory")
      .option("cache_size", &Everything::cache_size, in_bytes(), at_least(4096), "as above, as a number")
      .option("policy", &Everything::policy,
              one_of<Policy>({{"random", Policy::random}, {"sequential", Policy::sequential}}), "whom to ask")
      .option("limit", &Everything::limit, between(1, 10), "at most so many")
      .option("words", &Everything::words, "some words")
      .rows("allow", &Everything::rules,
            Clause<Rule>()
                .fixed(&Rule::action, Action::allow)
                .list("type", &Rule::types)
                .list("net", &Rule::nets)
                .value("weight", &Rule::weight, between(1, 5)),
            "who may ask")
      .rows("block", &Everything::rules,
            Clause<Rule>().fixed(&Rule::action, Action::block).list("type", &Rule::types).list("net", &Rule::nets),
            "who may not");
  return options;
}

// The directive `forward` of this text.
config::Directive directive(const std::string& text) {
  const auto file = config::parse(". {\n" + text + "\n}\n", "H");
  REQUIRE(file);
  return file->blocks.at(0).directives.at(0);
}

Everything read(const std::string& body) {
  const auto config = everything().read(directive("forward . 10.0.0.1 {\n" + body + "\n}"));
  if (!config)
    for (const auto& error : config.error()) UNSCOPED_INFO(error.to_string());
  REQUIRE(config);
  return *config;
}

std::vector<std::string> to_lines(const config::Errors& errors) {
  std::vector<std::string> lines;
  for (const auto& error : errors) lines.push_back(error.to_string());
  return lines;
}

template <class Config>
std::vector<std::string> errors_of(const Options<Config>& options, const std::string& text) {
  const auto config = options.read(directive(text));
  return config ? std::vector<std::string>() : to_lines(config.error());
}

// `line` stands alone in the body, in line 3 of the file.
std::string error_of(const std::string& line) {
  const auto errors = errors_of(everything(), "forward . 10.0.0.1 {\n" + line + "\n}");
  REQUIRE(errors.size() == 1);
  return errors.front();
}

}  // namespace

TEST_CASE("arguments are taken in order, and a list takes the rest") {
  const auto config = everything().read(directive("forward example.org 10.0.0.1 [::1]:5353"));
  REQUIRE(config);
  CHECK(config->from.to_string() == "example.org.");
  REQUIRE(config->to.size() == 2);
  CHECK(config->to[0].to_string() == "10.0.0.1:53");
  CHECK(config->to[1].to_string() == "[::1]:5353");
}

TEST_CASE("options of every type are read") {
  CHECK(read("port 65535").port == 65535);
  CHECK(read("level -10").level == -10);
  CHECK(read("workers 256").workers == 256);
  CHECK(read("share 0.25").share == 0.25);
  CHECK(read("text \"say \\\"hi\\\"\"").text == "say \"hi\"");
  CHECK(read("type AAAA").type == RRType::AAAA);
  CHECK(read("type TYPE65280").type == static_cast<RRType>(65280));
  CHECK(read("rcode REFUSED").rcode == Rcode::REFUSED);
  CHECK(read("address 2001:db8::1").address.to_string() == "2001:db8::1");
  CHECK(read("net 10.0.0.0/8").net.to_string() == "10.0.0.0/8");
  CHECK(read("listen 127.0.0.1:53").listen.to_string() == "127.0.0.1:53");
  CHECK(read("file zones/db.example").file == "zones/db.example");
  CHECK(read("policy sequential").policy == Policy::sequential);
  CHECK(read("limit 10").limit == 10);
  CHECK(read("").limit == std::nullopt);
}

TEST_CASE("a bool is a bare word, or says on or off") {
  CHECK_FALSE(read("").quick);
  CHECK(read("quick").quick);
  CHECK(read("quick on").quick);
  CHECK_FALSE(read("quick off").quick);
  CHECK(read("").careful);
  CHECK_FALSE(read("careful off").careful);
}

TEST_CASE("durations are written as in Go, and bare numbers are seconds") {
  CHECK(read("ttl 15s").ttl == 15s);
  CHECK(read("ttl 1h30m").ttl == 90min);
  CHECK(read("ttl 90").ttl == 90s);
  CHECK(read("ttl 1.5m").ttl == 90s);
  CHECK(read("ttl 1d").ttl == 24h);
  CHECK(read("wait 500ms").wait == 500ms);
  CHECK(read("wait 1.25s").wait == 1250ms);
  CHECK(read("wait 2000000ns").wait == 2ms);
  CHECK(read("wait 3000us").wait == 3ms);
  CHECK(read("wait 3000µs").wait == 3ms);
  CHECK(read("wait 0").wait == 0ms);
}

TEST_CASE("sizes take binary and decimal units") {
  CHECK(read("size 64MiB").size.bytes == 64u << 20);
  CHECK(read("size 10MB").size.bytes == 10'000'000);
  CHECK(read("size 4096").size.bytes == 4096);
  CHECK(read("size 5kB").size.bytes == 5000);
  CHECK(read("size 1GiB").size.bytes == 1u << 30);
  CHECK(read("cache_size 1MiB").cache_size == 1u << 20);
}

TEST_CASE("a list replaces its default and may stand on several lines") {
  CHECK(read("").words == std::vector<std::string>{"one", "two"});
  CHECK(read("words a b\nwords c").words == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("rows keep the order of the file across words") {
  const auto rules =
      read("allow type A AAAA net 10.0.0.0/8 ::1\nblock\nallow net 10.0.0.1 weight 5\nblock type ANY").rules;
  REQUIRE(rules.size() == 4);
  CHECK(rules[0].action == Action::allow);
  CHECK(rules[0].types == std::vector{RRType::A, RRType::AAAA});
  CHECK(rules[0].nets.size() == 2);
  CHECK(rules[1] == Rule{Action::block, {}, {}, 1});
  CHECK(rules[2].weight == 5);
  CHECK(rules[3].types == std::vector{RRType::ANY});
}

TEST_CASE("a bad value is told with what would be right, at the very word") {
  const auto [line, error] = GENERATE(table<std::string, std::string>({
      {"ttl abc", "H:3:5: `ttl` wants a duration between 1s and 24h, not `abc`"},
      {"ttl 25h", "H:3:5: `ttl` wants a duration between 1s and 24h, not `25h`"},
      {"ttl 0", "H:3:5: `ttl` wants a duration between 1s and 24h, not `0`"},
      {"wait 5001ms", "H:3:6: `wait` wants a duration of at most 5s, not `5001ms`"},
      {"port 0", "H:3:6: `port` wants a whole number of at least 1, not `0`"},
      {"port 65536", "H:3:6: `port` wants a whole number of at least 1, not `65536`"},
      {"level 99999999999", "H:3:7: `level` wants a whole number of at most 2147483647, not `99999999999`"},
      {"workers 257", "H:3:9: `workers` wants a whole number between 1 and 256, not `257`"},
      {"share 1.5", "H:3:7: `share` wants a number between 0 and 1, not `1.5`"},
      {"share nan", "H:3:7: `share` wants a number between 0 and 1, not `nan`"},
      {"type QUUX", "H:3:6: `type` wants a record type such as AAAA or TYPE65280, not `QUUX`"},
      {"rcode NOPE", "H:3:7: `rcode` wants a response code such as NXDOMAIN or REFUSED, not `NOPE`"},
      {"address 1.2.3", "H:3:9: `address` wants an IP address such as 192.0.2.1 or 2001:db8::1, not `1.2.3`"},
      {"net 1.2.3.4/33",
       "H:3:5: `net` wants an IP address or range such as 192.0.2.0/24 or 2001:db8::/32, not `1.2.3.4/33`"},
      {"listen 1.2.3.4",
       "H:3:8: `listen` wants an address with its port such as 192.0.2.1:53 or [2001:db8::1]:53, not `1.2.3.4`"},
      {"file \"\"", "H:3:6: `file` wants the path of a file, not ``"},
      {"size 4095", "H:3:6: `size` wants a size between 4KiB and 1GiB, not `4095`"},
      {"size 64XB", "H:3:6: `size` wants a size between 4KiB and 1GiB, not `64XB`"},
      {"cache_size 1", "H:3:12: `cache_size` wants a size of at least 4KiB, not `1`"},
      {"policy best", "H:3:8: `policy` wants one of random|sequential, not `best`"},
      {"limit 11", "H:3:7: `limit` wants a whole number between 1 and 10, not `11`"},
      {"quick maybe", "H:3:7: `quick` wants on or off, not `maybe`"},
      {"allow type A net 10.0.0.0/8 x",
       "H:3:29: `net` wants an IP address or range such as 192.0.2.0/24 or 2001:db8::/32, not `x`"},
      {"allow weight 9", "H:3:14: `weight` wants a whole number between 1 and 5, not `9`"},
  }));
  CAPTURE(line);
  CHECK(error_of(line) == error);
}

TEST_CASE("a line that does not fit its row is told") {
  const auto [line, error] = GENERATE(table<std::string, std::string>({
      {"tll 5", "H:3:1: unknown option `tll` of `forward`, did you mean `ttl`?"},
      {"ttl", "H:3:1: `ttl` wants a value, write `ttl DURATION`"},
      {"ttl 5s 6s", "H:3:8: `ttl` takes one value, remove `6s`"},
      {"ttl 5s\nport 1\nttl 6s", "H:5:1: `ttl` was given in line 3 already"},
      {"quick on off", "H:3:10: `quick` takes one value, remove `off`"},
      {"words", "H:3:1: `words` wants a value, write `words TEXT...`"},
      {"ttl 5s {\n x\n}", "H:3:1: `ttl` takes no { }"},
      {"allow typ A", "H:3:7: unknown keyword `typ` of `allow`, did you mean `type`?"},
      {"allow everything", "H:3:7: unknown keyword `everything` of `allow`, there are `type`, `net` and `weight`"},
      {"allow type net ::1", "H:3:7: `type` wants a value, write `type TYPE...`"},
      {"allow weight 1 weight 2", "H:3:16: `weight` stands twice in this line"},
      {"allow weight 1 2", "H:3:16: `weight` takes one value, remove `2`"},
  }));
  CAPTURE(line);
  CHECK(error_of(line) == error);
}

TEST_CASE("arguments that are missing, wrong or too many are told") {
  CHECK(errors_of(everything(), "forward") ==
        std::vector<std::string>{"H:2:1: `from` of `forward` is missing, write `forward NAME ADDRESS[:PORT]...`"});
  CHECK(errors_of(everything(), "forward .") ==
        std::vector<std::string>{"H:2:1: `to` of `forward` is missing, write `forward NAME ADDRESS[:PORT]...`"});
  CHECK(errors_of(everything(), "forward a..b 1.2.3.4:x") ==
        std::vector<std::string>{"H:2:9: `from` of `forward` wants a domain name such as example.org, not `a..b`",
                                 "H:2:14: `to` of `forward` wants an address such as 192.0.2.1, 192.0.2.1:53 or "
                                 "[2001:db8::1]:53, not `1.2.3.4:x`"});

  struct One {
    std::string file;
    std::optional<int> number;
    int other = 7;
  };
  Options<One> one;
  one.argument("file", &One::file, "the file")
      .argument("number", &One::number, "a number")
      .optional_argument("other", &One::other, "another");
  CHECK(errors_of(one, "x") ==
        std::vector<std::string>{"H:2:1: `file` of `x` is missing, write `x TEXT [NUMBER] [NUMBER]`"});
  CHECK(errors_of(one, "x a 1 2 3 4") == std::vector<std::string>{"H:2:9: `x` takes at most 3 arguments, remove `3`"});
  CHECK(errors_of(one, "x a { y }") == std::vector<std::string>{"H:2:7: unknown option `y` of `x`: there are none"});
  const auto some = one.read(directive("x a 5"));
  REQUIRE(some);
  CHECK(some->number == 5);
  CHECK(some->other == 7);

  struct Nothing {};
  CHECK(errors_of(Options<Nothing>(), "x a") == std::vector<std::string>{"H:2:3: `x` takes no arguments, remove `a`"});
  CHECK(Options<Nothing>().read(directive("x")));
}

TEST_CASE("every problem of a directive is told at once") {
  CHECK(
      errors_of(everything(), "forward . here {\n ttl 99h\n prot 5\n quick\n quick\n allow type B net 1 weight 7\n}") ==
      std::vector<std::string>{
          "H:2:11: `to` of `forward` wants an address such as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53, not `here`",
          "H:3:6: `ttl` wants a duration between 1s and 24h, not `99h`",
          "H:4:2: unknown option `prot` of `forward`, did you mean `port`?",
          "H:6:2: `quick` was given in line 5 already",
          "H:7:13: `type` wants a record type such as AAAA or TYPE65280, not `B`",
          "H:7:19: `net` wants an IP address or range such as 192.0.2.0/24 or 2001:db8::/32, not `1`",
          "H:7:28: `weight` wants a whole number between 1 and 5, not `7`"});
}

TEST_CASE("a clause may begin with arguments") {
  struct Entry {
    IpAddress address;
    std::vector<Name> names;
    std::chrono::seconds ttl{0};
  };
  struct Hosts {
    std::vector<Entry> entries;
  };
  Options<Hosts> hosts;
  hosts.rows(
      "host", &Hosts::entries,
      Clause<Entry>().argument("address", &Entry::address).argument("names", &Entry::names).value("ttl", &Entry::ttl),
      "a host");
  const auto config = hosts.read(directive("hosts {\n host 10.0.0.1 a b ttl 5s\n}"));
  REQUIRE(config);
  CHECK(config->entries.at(0).names.size() == 2);
  CHECK(config->entries.at(0).ttl == 5s);
  CHECK(errors_of(hosts, "hosts {\n host 10.0.0.1\n}") ==
        std::vector<std::string>{"H:3:2: `names` of `host` is missing, write `host ADDRESS NAME...`"});
  CHECK(hosts.table().at(0).form == "ADDRESS NAME... [ttl DURATION]");
}

TEST_CASE("an argument of a line may be missing where the line says so") {
  struct Step {
    std::string kind;
    std::vector<double> numbers{1};
  };
  struct Steps {
    std::vector<Step> steps;
  };
  Options<Steps> steps;
  steps.rows("step", &Steps::steps,
             Clause<Step>().argument("KIND", &Step::kind).optional_argument("NUMBER", &Step::numbers), "a step");
  const auto config = steps.read(directive("steps {\n step up\n step geo 5 6\n}"));
  REQUIRE(config);
  CHECK(config->steps.at(0).numbers == std::vector{1.0});
  CHECK(config->steps.at(1).numbers == std::vector{5.0, 6.0});
}

TEST_CASE("the table shows every row with its form and default") {
  std::vector<std::string> lines;
  for (const auto& row : everything().table())
    lines.push_back(row.word + " " + row.form + (row.is_argument ? row.required ? " (required)" : " (optional)" : "") +
                    " = " + row.default_value);
  CHECK(lines == std::vector<std::string>{"from NAME (required) = .",
                                          "to ADDRESS[:PORT]... (required) = ",
                                          "quick on|off = off",
                                          "careful on|off = on",
                                          "port NUMBER = 53",
                                          "level NUMBER = -3",
                                          "workers NUMBER = 1",
                                          "share NUMBER = 0.5",
                                          "text TEXT = \"hello world\"",
                                          "ttl DURATION = 1m",
                                          "wait DURATION = 1s500ms",
                                          "type TYPE = A",
                                          "rcode RCODE = NXDOMAIN",
                                          "address ADDRESS = ::",
                                          "net PREFIX = ::/0",
                                          "listen ADDRESS:PORT = [::]:0",
                                          "file FILE = ",
                                          "size SIZE = 64MiB",
                                          "cache_size SIZE = 4KiB",
                                          "policy random|sequential = random",
                                          "limit NUMBER = ",
                                          "words TEXT... = one two",
                                          "allow [type TYPE...] [net PREFIX...] [weight NUMBER] = ",
                                          "block [type TYPE...] [net PREFIX...] = "});
  CHECK(everything().table().at(9).help == "how long an answer may be kept");
}

namespace {

struct Host {
  IpAddress address;
  std::vector<Name> names;
};

struct HostLines {
  std::vector<Host> hosts;
  bool quiet = false;
};

}  // namespace

TEST_CASE("lines that begin with no option's word are data when the rows say so") {
  Options<HostLines> options;
  options.option("quiet", &HostLines::quiet, "says nothing")
      .other_lines(&HostLines::hosts, Clause<Host>().argument("ADDRESS", &Host::address).argument("NAME", &Host::names),
                   "a host");
  const auto config = options.read(directive("forward {\n192.0.2.1 a b\nquiet\n2001:db8::1 c\n}"));
  REQUIRE(config);
  CHECK(config->quiet);
  REQUIRE(config->hosts.size() == 2);
  CHECK(config->hosts[0].names.size() == 2);
  CHECK(config->hosts[1].address == IpAddress::parse("2001:db8::1").value());

  const auto wrong = options.read(directive("forward {\n192.0.2 a\n192.0.2.1\n}"));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().size() == 2);
  CHECK(wrong.error().at(0).position.line == 3);
}
