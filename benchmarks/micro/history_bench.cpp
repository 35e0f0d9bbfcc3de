// Client keys, budgets and the access history: what keeping an access costs, on the query path and behind it.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>

#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include <benchmarks/micro/allocations.h>
#include <harbinger/access_history.h>
#include <harbinger/client_keys.h>
#include <harbinger/token_budget.h>

namespace harbinger::bench {
namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;

void client_key(benchmark::State& state) {
  const ClientKeys keys(std::array<std::uint8_t, 32>{1});
  const auto client = *IpAddress::parse("2001:db8::1");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(keys.key_of(client, "", kNow));
}
BENCHMARK(client_key);

void client_key_with_device(benchmark::State& state) {
  const ClientKeys keys(std::array<std::uint8_t, 32>{1});
  const auto client = *IpAddress::parse("2001:db8::1");
  CountAllocations count(state);
  for (auto _ : state) benchmark::DoNotOptimize(keys.key_of(client, "0123456789abcdef", kNow));
}
BENCHMARK(client_key_with_device);

void budget_take(benchmark::State& state) {
  const Rate plenty{.per_second = 1e9, .burst = 1e9};
  TokenBudget budget({plenty, plenty, plenty, plenty, plenty, plenty});
  MonotonicTime now{1};
  std::uint64_t key = 0;
  CountAllocations count(state);
  for (auto _ : state) {
    key += 0x9e3779b97f4a7c15;
    now.ns += 100;
    benchmark::DoNotOptimize(budget.take(key, ~key, 1, now));
  }
}
BENCHMARK(budget_take);

// A day of a busy resolver in small: 20,000 clients, 100,000 names of which a few are asked for most of the time.
class Day {
 public:
  Day() {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform;
    for (int i = 0; i < 100'000; ++i) names_.push_back("host-" + std::to_string(i * 7919 % 100'000) + ".example.org");
    for (int i = 0; i < 1 << 20; ++i) {
      const auto rank = static_cast<std::size_t>(std::pow(1e5, uniform(random))) - 1;  // density 1/rank: Zipf
      accesses_.push_back({.client = random() % 20'000 * 0x9e3779b97f4a7c15,
                           .resource = names_[rank % names_.size()],
                           .type = static_cast<std::uint16_t>(random() % 3 == 0 ? 28 : 1),
                           .ttl_s = static_cast<std::uint32_t>(random() % 300),
                           .latency_us = static_cast<std::uint32_t>(random() % 4 ? 0 : random() % 50'000)});
    }
  }
  Access operator[](std::size_t i) const {
    Access access = accesses_[i % accesses_.size()];
    access.at = kNow + static_cast<UnixMillis>(i / 100);  // 100,000 a second
    return access;
  }

 private:
  std::vector<std::string> names_;
  std::vector<Access> accesses_;
};

// A folder of its own in $TMPDIR, gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "harbinger-bench-XXXXXX").string();
    if (mkdtemp(pattern.data())) path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<AccessHistory> open_in(const Folder& folder) {
  return *open_access_history({.directory = folder.path(), .key_file = {}, .max_age = std::chrono::hours(10'000)},
                              kNow);
}

// Taking accesses in, sealing and writing them included; `tend` as the learner calls it, four times a second of the accesses' own time.
void history_append(benchmark::State& state) {
  const Day day;
  const Folder folder;
  const auto history = open_in(folder);
  std::size_t i = 0;
  for (auto _ : state) {
    const Access access = day[i];
    history->append(access);
    if (++i % 25'000 == 0) history->tend(access.at);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(i));
  state.counters["octets"] =
      static_cast<double>(history->state().bytes) / static_cast<double>(history->state().written);
}
BENCHMARK(history_append)->Iterations(8'000'000);

// How long opening a full journal of 256 MB takes, and reading all of it.
class FullJournal {
 public:
  FullJournal() {
    const Day day;
    const auto history = open_in(folder_);
    for (std::size_t i = 0; history->state().bytes < 250 << 20 && i < 100'000'000; ++i) {
      history->append(day[i]);
      if (i % 100'000 == 0) history->tend(day[i].at);
    }
  }
  const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
};

void history_open_256mb(benchmark::State& state) {
  const FullJournal full;
  std::uint64_t accesses = 0;
  for (auto _ : state) accesses = open_in(full.folder())->opened().accesses;
  state.counters["accesses"] = static_cast<double>(accesses);
}
BENCHMARK(history_open_256mb)->Unit(benchmark::kMillisecond)->UseRealTime();

void history_read_256mb(benchmark::State& state) {
  const FullJournal full;
  const auto history = open_in(full.folder());
  std::int64_t read = 0;
  for (auto _ : state) {
    const auto done = history->read(INT64_MIN, [&](const Access& access) { read += access.type != 0; });
    if (!done) state.SkipWithError("the journal is damaged");
  }
  state.SetItemsProcessed(read);
}
BENCHMARK(history_read_256mb)->Unit(benchmark::kMillisecond);

// Which cipher? One frame of 64 KiB sealed.
void seal_frame(benchmark::State& state, const EVP_CIPHER* cipher) {
  const std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 12> nonce{2};
  std::vector<std::uint8_t> data(64 << 10), sealed(data.size() + 16);
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  for (auto _ : state) {
    int done = 0;
    EVP_EncryptInit_ex(context, cipher, nullptr, key.data(), nonce.data());
    EVP_EncryptUpdate(context, sealed.data(), &done, data.data(), static_cast<int>(data.size()));
    EVP_EncryptFinal_ex(context, sealed.data() + done, &done);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, sealed.data() + data.size());
  }
  EVP_CIPHER_CTX_free(context);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.size()));
}
BENCHMARK_CAPTURE(seal_frame, aes_256_gcm, EVP_aes_256_gcm());
BENCHMARK_CAPTURE(seal_frame, chacha20_poly1305, EVP_chacha20_poly1305());

}  // namespace
}  // namespace harbinger::bench
