#include "tests/support/conversation.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include <harbinger/hints.h>
#include <harbinger/options.h>
#include "tests/support/memory_server.h"

namespace harbinger::test {

namespace {

using Words = std::vector<std::string>;

Words split(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  return {std::istream_iterator<std::string>(in), {}};
}

class Player {
 public:
  Player(const std::filesystem::path& file, std::vector<PluginSpec> plugins)
      : name_(file.filename().string()), plugins_(std::move(plugins)), folder_(make_folder()) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }
  ~Player() {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void play() {
    while (at_ < lines_.size()) {
      const auto words = split(lines_[at_++]);
      if (!words.empty()) act(words);
    }
    if (steps_ == 0) complain("a conversation needs at least one `client ... gets`");
  }

 private:
  static std::filesystem::path make_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "conversation-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    return pattern;
  }

  [[noreturn]] void complain(const std::string& what) const {
    throw std::runtime_error(name_ + ":" + std::to_string(at_) + ": " + what);
  }

  void act(const Words& words) {
    const auto& first = words[0];
    if (first == "file" && words.size() == 2) return write_file(words[1]);
    if (first == "config") return start();
    if (!server_) complain("`config` comes before everything but files");
    if (first == "time" && words.size() == 2)
      return server_->advance(OptionValue<std::chrono::milliseconds>::parse(words[1]).value());
    if (first == "repeat" && words.size() == 2) return repeat(std::stoi(words[1]));
    if (first == "client" && words.size() >= 4 && words[2] == "asks") return client_asks(words);
    if (first == "client" && words.size() >= 4 && words[2] == "gets") return client_gets(words);
    if (first == "upstream" && words.size() >= 3) return upstream(words);
    complain("not understood: " + first);
  }

  void repeat(int times) {
    for (const auto begin = at_; times > 0; --times) {
      at_ = begin;
      for (;;) {
        if (at_ == lines_.size()) complain("`repeat` without its `end`");
        const auto words = split(lines_[at_++]);
        if (!words.empty() && words[0] == "end") break;
        if (!words.empty()) act(words);
      }
    }
  }

  std::string block() {
    std::string text;
    while (at_ < lines_.size() && lines_[at_] != "end") text += lines_[at_++] + '\n';
    ++at_;
    return text;
  }

  void write_file(const std::string& name) { std::ofstream(folder_ / name) << block(); }

  void start() {
    const auto text = block();
    server_.reset();
    server_ = std::make_unique<MemoryServer>(text, plugins_, folder_);
  }

  // Clients with a name get an address each; an address may be written in place of the name.
  std::string address_of(const std::string& client) {
    if (IpAddress::parse(client)) return client;
    const auto [found, added] = addresses_.emplace(client, "198.51.100." + std::to_string(addresses_.size() + 1));
    return found->second;
  }

  void client_asks(const Words& words) {
    MemoryServer::Asking how{.client = address_of(words[1])};
    for (std::size_t i = 5; i < words.size(); ++i) {
      if (words[i] == "tcp")
        how.transport = Transport::tcp;
      else if (words[i] == "do")
        how.dnssec_ok = true;
      else if (words[i] == "norecurse")
        how.recursion_desired = false;
      else if (words[i] == "noedns")
        how.edns = false;
      else if (words[i] == "size")
        how.udp_size = static_cast<std::uint16_t>(std::stoi(words.at(++i)));
      else if (words[i] == "subnet")
        how.subnet = subnet(words.at(++i));
      else if (words[i] == "cookie")
        add(how.options, cookie_option(words[1]));
      else if (words[i].starts_with("hints"))
        add(how.options, hint_option(words[i].substr(std::min<std::size_t>(words[i].size(), 6))));
      else
        complain("no such wish: " + words[i]);
    }
    letters_[words[1]] = server_->ask(words[3] + " " + words.at(4), how);
  }

  static void add(std::vector<std::uint8_t>& options, const std::vector<std::uint8_t>& option) {
    options.insert(options.end(), option.begin(), option.end());
  }

  // As an honest client does it: its own cookie, and what came with the last reply.
  std::vector<std::uint8_t> cookie_option(const std::string& client) {
    auto& cookie = cookies_[client];
    if (cookie.empty()) cookie = {'a', ' ', 'c', 'o', 'o', 'k', 'i', 'e'};
    if (const auto found = letters_.find(client); found != letters_.end() && found->second->arrived) {
      const auto message = found->second->message();
      const auto sent = message.edns ? message.edns->option(OptionCode::COOKIE) : std::nullopt;
      if (sent) cookie.assign(sent->begin(), sent->end());
    }
    std::vector<std::uint8_t> option{0, 10, 0, static_cast<std::uint8_t>(cookie.size())};
    option.insert(option.end(), cookie.begin(), cookie.end());
    return option;
  }

  // Hexadecimal data of the option; none is a request with all defaults.
  static std::vector<std::uint8_t> hint_option(const std::string& hex) {
    const auto code = static_cast<unsigned>(OptionCode::HINTS), size = static_cast<unsigned>(hex.size() / 2);
    std::vector<std::uint8_t> option;
    for (const auto part : {code >> 8, code & 0xff, size >> 8, size & 0xff})
      option.push_back(static_cast<std::uint8_t>(part));
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      option.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return option;
  }

  static ClientSubnet subnet(const std::string& text) {
    const auto prefix = IpPrefix::parse(text).value();
    return {prefix.address, static_cast<std::uint8_t>(prefix.bits), 0};
  }

  void client_gets(const Words& words) {
    ++steps_;
    const auto found = letters_.find(words[1]);
    if (found == letters_.end()) complain(words[1] + " has asked nothing");
    const auto& letter = *found->second;
    if (words[3] == "nothing") {
      if (letter.arrived) complain(words[1] + " has got:\n" + letter.text());
      return;
    }
    if (!letter.arrived) complain(words[1] + " has got nothing yet");
    if (words[3] == "silence") {
      if (!letter.bytes.empty()) complain(words[1] + " has got:\n" + letter.text());
      return;
    }
    compare(letter, words);
  }

  void compare(const Letter& letter, const Words& words) {
    const auto got = letter.message();
    const auto differs = [&](const std::string& what) { complain(what + " differs; got:\n" + letter.text()); };
    if (to_string(got.rcode()) != words[3]) differs("rcode");
    std::set<std::string> flags(words.begin() + 4, words.end());
    if (const auto ede = std::ranges::find(words, "ede"); ede != words.end()) {
      const auto& code = *std::next(ede);
      flags.erase("ede");
      flags.erase(code);
      if (!letter.ede() || std::to_string(static_cast<int>(*letter.ede())) != code) differs("EDE");
    }
    std::set<std::string> set;
    if (got.header.aa) set.insert("aa");
    if (got.header.ra) set.insert("ra");
    if (got.header.tc) set.insert("tc");
    if (got.header.ad) set.insert("ad");
    if (got.edns && got.edns->option(OptionCode::COOKIE)) set.insert("cookie");
    if (flags != set) differs("a flag");
    const auto sections = read_sections();
    if (texts(got.answers) != sections.answers) differs("answer section");
    if (texts(got.authorities) != sections.authorities) differs("authority section");
    if (hints_in(got) != sections.hints) differs("a hint");
    if (!sections.any_additional && texts(got.additionals) != sections.additionals) differs("additional section");
  }

  static std::multiset<std::string> hints_in(const Message& message) {
    std::multiset<std::string> hints;
    const auto data = message.edns ? message.edns->option(OptionCode::HINTS) : std::nullopt;
    if (!data) return hints;
    const auto asked = message.question->name.to_string();
    HintReader reader(*data, asked);
    while (const auto hint = reader.next()) hints.emplace(hint->resource);
    if (!reader.well_formed()) hints.insert("(malformed)");
    return hints;
  }

  static std::multiset<std::string> texts(const std::vector<Record>& records) {
    std::multiset<std::string> set;
    for (const auto& record : records) set.insert(record.to_string());
    return set;
  }

  struct Sections {
    std::multiset<std::string> answers, authorities, additionals, hints;
    std::vector<std::pair<std::string, Record>> records;
    bool any_additional = false;
  };

  // The indented lines below: `answer RECORD`, `authority RECORD`, `additional RECORD`, `additional *`, `hint RESOURCE`.
  Sections read_sections() {
    Sections sections;
    while (at_ < lines_.size() && lines_[at_].starts_with("    ")) {
      std::istringstream line(lines_[at_++]);
      std::string section, rest;
      line >> section;
      std::getline(line >> std::ws, rest);
      if (section == "additional" && rest == "*") {
        sections.any_additional = true;
        continue;
      }
      if (section == "hint") {
        sections.hints.insert(rest);
        continue;
      }
      const auto record = record_from_text(rest);
      if (!record) complain(record.error().message);
      auto& set = section == "answer"      ? sections.answers
                  : section == "authority" ? sections.authorities
                                           : sections.additionals;
      set.insert(record->to_string());
      sections.records.emplace_back(section, *record);
    }
    return sections;
  }

  void upstream(const Words& words) {
    if (words[1] == "gets" && words[2] == "nothing") {
      if (server_->exchange.waiting() > 0) complain("an upstream was asked");
      return;
    }
    const auto address = SocketAddress::parse(words[1], 53).value();
    if (words[2] == "gets") return upstream_gets(address, words);
    auto& taken = taken_[address];
    if (!taken) complain(words[1] + " was not asked");
    if (words[2] == "replies") return upstream_replies(*taken, words);
    if (words[2] == "refuses") return taken->finish(fail(ErrorCode::unreachable, "connection refused"));
    if (words[2] != "stays") complain("not understood: " + words[2]);  // `stays silent`: its deadline ends it
  }

  void upstream_gets(const SocketAddress& address, const Words& words) {
    auto& taken = taken_[address];
    taken = server_->exchange.take(address);
    if (!taken) complain(words[1] + " was not asked");
    const auto query = Message::parse(taken->query).value();
    const auto asked = query.question->name.to_string() + " " + to_string(query.question->type) +
                       (taken->over == Exchange::Over::tcp ? " tcp" : "");
    std::string wanted = words.at(3) + " " + words.at(4);
    for (std::size_t i = 5; i < words.size(); ++i) wanted += " " + words[i];
    if (asked != wanted) complain(words[1] + " was asked " + asked);
  }

  void upstream_replies(const ScriptedExchange::Asked& asked, const Words& words) {
    const auto query = Message::parse(asked.query).value();
    Header header = query.header;
    header.qr = header.ra = true;
    header.rcode = static_cast<std::uint8_t>(parse_rcode(words.at(3)).value());
    header.aa = std::ranges::count(words, "aa") > 0;
    header.tc = std::ranges::count(words, "tc") > 0;
    header.ad = std::ranges::count(words, "ad") > 0;
    std::vector<std::uint8_t> out(65535);
    MessageWriter writer(out, header);
    writer.add_question(*query.question);
    for (const auto& [section, record] : read_sections().records)
      writer.add_record(section == "answer"      ? MessageWriter::Section::answer
                        : section == "authority" ? MessageWriter::Section::authority
                                                 : MessageWriter::Section::additional,
                        record);
    const auto bytes = writer.finish();
    asked.finish(std::vector(bytes.begin(), bytes.end()));
    server_->loop.run();
  }

  const std::string name_;
  const std::vector<PluginSpec> plugins_;
  const std::filesystem::path folder_;
  std::vector<std::string> lines_;
  std::size_t at_ = 0;  // the number of the line just read
  int steps_ = 0;
  std::unique_ptr<MemoryServer> server_;
  std::map<std::string, std::string> addresses_;
  std::map<std::string, std::shared_ptr<Letter>> letters_;
  std::map<SocketAddress, std::optional<ScriptedExchange::Asked>> taken_;
  std::map<std::string, std::vector<std::uint8_t>> cookies_;
};

}  // namespace

void play_conversation(const std::filesystem::path& file, std::vector<PluginSpec> plugins) {
  Player(file, std::move(plugins)).play();
}

}  // namespace harbinger::test
