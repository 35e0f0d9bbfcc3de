// Names and messages: what reading and writing cost, and what the dearest message of 64 KiB costs.
#include <benchmark/benchmark.h>

#include <array>

#include <benchmarks/micro/allocations.h>
#include <harbinger/message.h>
#include <harbinger/records.h>

namespace harbinger::bench {
namespace {

using namespace std::chrono_literals;
using Section = MessageWriter::Section;

const Name& host() {
  static const Name name = *Name::parse("www.service.Example.org");
  return name;
}

Record record(std::string_view text) { return *record_from_text(text); }

std::size_t write_reply(std::span<std::uint8_t> room, const std::vector<Record>& answers,
                        const std::vector<Record>& authorities) {
  MessageWriter writer(room, Header{});
  writer.add_question({host(), RRType::A, RRClass::IN});
  for (const Record& answer : answers) writer.add_record(Section::answer, answer);
  for (const Record& authority : authorities) writer.add_record(Section::authority, authority);
  writer.add_opt({.udp_size = 1232});
  return writer.finish().size();
}

const std::vector<Record>& answers() {
  static const std::vector<Record> records = {record("www.service.example.org. 60 CNAME edge.example.org."),
                                              record("edge.example.org. 60 A 192.0.2.1"),
                                              record("edge.example.org. 60 A 192.0.2.2")};
  return records;
}

const std::vector<Record>& authorities() {
  static const std::vector<Record> records = {record("example.org. 3600 NS ns1.example.org."),
                                              record("example.org. 3600 NS ns2.example.net.")};
  return records;
}

void name_equals(benchmark::State& state) {
  const Name lower = host().lowercase();
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(host() == lower);
}
BENCHMARK(name_equals);

void name_hash(benchmark::State& state) {
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(host().hash());
}
BENCHMARK(name_hash);

void name_is_within(benchmark::State& state) {
  const Name zone = *Name::parse("example.org");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(host().is_within(zone));
}
BENCHMARK(name_is_within);

void name_lowercase_copy(benchmark::State& state) {
  std::array<std::uint8_t, Name::kMaxWire + 8> room;
  CountAllocations count(state);
  for (auto _ : state) {
    copy_lowercase(room.data(), host().wire().data(), host().size());
    benchmark::DoNotOptimize(room);
  }
}
BENCHMARK(name_lowercase_copy);

void name_parse_text(benchmark::State& state) {
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(Name::parse("www.service.example.org."));
}
BENCHMARK(name_parse_text);

void read_name_of_query(benchmark::State& state) {
  const auto query = make_query(1, {host(), RRType::A});
  CountAllocations count(state);
  for (auto _ : state) {
    std::size_t offset = Header::kSize;
    benchmark::DoNotOptimize(read_name(query, offset));
  }
}
BENCHMARK(read_name_of_query);

void walk_records_of_reply(benchmark::State& state) {
  std::array<std::uint8_t, 512> room;
  const std::span<const std::uint8_t> reply(room.data(), write_reply(room, answers(), authorities()));
  CountAllocations count(state);
  for (auto _ : state) {
    std::size_t offset = Header::kSize + host().size() + 4;
    while (offset < reply.size()) benchmark::DoNotOptimize(read_record(reply, offset));
  }
}
BENCHMARK(walk_records_of_reply);

void parse_query(benchmark::State& state) {
  const auto query = make_query(1, {host(), RRType::A});
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(Message::parse(query));
}
BENCHMARK(parse_query);

void parse_reply(benchmark::State& state) {
  std::array<std::uint8_t, 512> room;
  const std::span<const std::uint8_t> reply(room.data(), write_reply(room, answers(), authorities()));
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(Message::parse(reply));
}
BENCHMARK(parse_reply);

void write_one_address(benchmark::State& state) {
  std::array<std::uint8_t, 512> room;
  const std::vector<Record> one = {a(host(), 60s, *IpAddress::parse("192.0.2.1"))};
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(write_reply(room, one, {}));
}
BENCHMARK(write_one_address);

void write_compressed_reply(benchmark::State& state) {
  std::array<std::uint8_t, 512> room;
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(write_reply(room, answers(), authorities()));
}
BENCHMARK(write_compressed_reply);

// The dearest messages known: names that unfold to `labels` labels, one per owner and one per data, until 64 KiB are
// full.
void parse_hostile_64k(benchmark::State& state) {
  std::vector<std::uint8_t> message(Header::kSize);
  for (std::int64_t label = 0; label < state.range(0); ++label) message.insert(message.end(), {1, 'a'});
  message.insert(message.end(), {0, 0, 1, 0, 1});
  const std::array<std::uint8_t, 14> record = {0xc0, 12, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12};
  std::uint16_t records = 0;
  for (; message.size() + record.size() <= 65535; ++records)
    message.insert(message.end(), record.begin(), record.end());
  message[5] = 1;
  message[6] = static_cast<std::uint8_t>(records >> 8);
  message[7] = static_cast<std::uint8_t>(records);
  for (auto _ : state) benchmark::DoNotOptimize(Message::parse(message));
}
BENCHMARK(parse_hostile_64k)->Arg(10)->Arg(26)->Arg(127)->Unit(benchmark::kMillisecond);

// Every owner differs from all before it, so that nothing can be shared and everything is looked up.
void write_hostile_64k(benchmark::State& state) {
  std::vector<Record> records;
  for (int i = 0; i < 2000; ++i) {
    Name owner;
    for (int label = 0; label < 120; ++label)
      owner = *owner.child(std::string(1, static_cast<char>('a' + (i * 7 + label * i) % 26)));
    records.push_back(a(owner, 60s, *IpAddress::parse("192.0.2.1")));
  }
  std::vector<std::uint8_t> room(65535);
  for (auto _ : state) benchmark::DoNotOptimize(write_reply(room, records, {}));
}
BENCHMARK(write_hostile_64k)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger::bench
