#include "provision/pool_sizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "provision/panic.h"
#include "provision/sizer_learnt.h"
#include "provision/virtual_pool.h"

namespace harbinger::provision {

namespace {

constexpr double kMostCount = 1e9;
constexpr std::size_t kMostWindow = SizerTiming::kMostDelay + 1;

double sane(double count) { return count > 0 ? std::min(count, kMostCount) : 0; }

// Settings without what is no number, or out of all bounds.
PoolSizer::Settings sane(PoolSizer::Settings settings) {
  settings.cold_cost = sane(settings.cold_cost);
  settings.idle_cost = sane(settings.idle_cost);
  if (settings.cold_cost + settings.idle_cost <= 0) settings.cold_cost = settings.idle_cost = 1;
  settings.hit_rate = settings.hit_rate > 0 ? std::clamp(settings.hit_rate, 0.5, 0.9999) : 0;
  settings.most = std::max(settings.most, settings.least);
  return settings;
}

class Sizer final : public PoolSizer {
 public:
  explicit Sizer(const Settings& settings) : settings_(sane(settings)), parts_(settings_, settings_.start) {
    start_ms_ = static_cast<double>(settings.start.count());
    target_.ready = settings_.least;
  }

  void arrived(double count, double missed) override {
    arrived_ = std::min(arrived_ + sane(count), kMostCount);
    missed_ = std::min(missed_ + sane(missed), arrived_);
  }

  void led(std::size_t lead, double count) override {
    if (lead < kLeads && sane(count) > 0) parts_.leads.add(lead, sane(count));
  }

  void started(std::chrono::milliseconds after) override {
    constexpr double kPace = 0.2;
    if (after.count() < 0 || after > std::chrono::hours(24)) return;
    ++starts_;
    start_ms_ += kPace * (static_cast<double>(after.count()) - start_ms_);
  }

  void step(UnixMillis at) override {
    const auto passed = last_ ? at - *last_ : settings_.step.count();
    const auto step = std::max<std::int64_t>(settings_.step.count(), 1);
    last_ = at;
    if (passed < step / 4 || passed > step + step * 3 / 4) {
      pause();
      say(at);
      return;
    }
    if (++steps_ < parts_.timing.steps) return;
    steps_ = 0;
    tick(at);
    learn_start();
  }

  Target target() const override { return target_; }
  std::vector<Term> explain() const override;

  // With the start time that the parts are made for, by which they are made again.
  std::vector<std::uint8_t> save() const override {
    return parts_.learnt.save(parts_.timing, static_cast<double>(parts_.start.count()));
  }

  Result<void> load(std::span<const std::uint8_t> octets) override {
    const auto start = SizerLearnt::start_ms(octets, parts_.timing.step_ms);
    if (!start) return fail(start.error());
    const std::chrono::milliseconds as_learnt(static_cast<std::int64_t>(std::clamp(*start, 0.0, 86'400e3)));
    // What was learnt is of the timing that held then, which may be that of the settings.
    for (const auto& start_time : {parts_.start, as_learnt, settings_.start}) {
      Parts loaded(settings_, start_time);
      if (!loaded.learnt.load(octets, loaded.timing)) continue;
      parts_ = std::move(loaded);
      start_ms_ = static_cast<double>(as_learnt.count());
      pause();
      return {};
    }
    return fail(ErrorCode::malformed, "what was learnt of a pool is damaged, or of another start time");
  }

 private:
  // What was said at the end of a tick, until it is known what came of it.
  struct Said {
    ArrivalWays::Forecasts ways{};
    float mean = 0, level = 0;
    ResidualLevels::Stand stand{};
    ResidualLevels::Levels ready{};
  };

  // All that depends on how long an instance takes to start.
  struct Parts {
    Parts(const Settings& settings, std::chrono::milliseconds starts)
        : start(starts),
          timing(SizerTiming::of(settings.step, starts)),
          leads(timing),
          learnt(timing, settings, leads.bins()),
          panic(timing),
          pool(timing.delay) {
      // The middle of what is usual at that hour and of what came of late.
      for (std::size_t i = 0; i < ArrivalWays::kWays; ++i) learnt.regression.set_prior(i, 0);
      for (const auto way : {ArrivalWays::fast, ArrivalWays::middle, ArrivalWays::slow, ArrivalWays::season})
        learnt.regression.set_prior(way, 0.25F);
    }
    std::chrono::milliseconds start;
    SizerTiming timing;
    LeadHistory leads;
    SizerLearnt learnt;
    Panic panic;
    VirtualPool pool;  // as it would be if the targets were followed
    std::array<Said, kMostWindow> said{};
    std::array<double, kMostWindow> came{};
    std::size_t ticks = 0;  // since the last break
  };

  using Terms = std::array<float, ArrivalWays::kWays + kLeads * LeadHistory::kMostBins>;
  std::span<const float> terms(const Said& said, std::size_t ago, Terms& room) const {
    std::ranges::copy(said.ways, room.begin());
    const auto leads = kLeads * parts_.leads.bins();
    parts_.leads.sums(ago, std::span(room).subspan(ArrivalWays::kWays, leads));
    return std::span(room).first(ArrivalWays::kWays + leads);
  }

  void pause() {
    arrived_ = missed_ = 0;
    steps_ = 0;
    parts_.ticks = 0;
    parts_.leads.clear();
  }

  void tick(UnixMillis at) {
    const double count = std::exchange(arrived_, 0.0), missed = std::exchange(missed_, 0.0);
    const auto window = parts_.timing.window();
    const double would_miss = parts_.pool.take(count);
    parts_.panic.see(count, target_.mean / static_cast<double>(window));
    parts_.leads.end_tick();
    parts_.came[parts_.ticks++ % kMostWindow] = count;
    follow_use(count, missed);
    if (parts_.ticks > window) settle(count, acted_on_ ? std::max(missed, would_miss) : would_miss);
    parts_.learnt.ways.see(at, parts_.timing.tick_ms(), count);
    say(at);
  }

  // Whether anybody does what is said here shows in some finding an instance.
  void follow_use(double count, double missed) {
    constexpr double kPace = 0.01, kSome = 0.02;
    arrivals_ += kPace * (count - arrivals_);
    hits_ += kPace * (count - missed - hits_);
    acted_on_ = hits_ > kSome * arrivals_;
    const auto window = static_cast<double>(parts_.timing.window());
    used_ += 1 / (2 * window) * (window * count - used_);
  }

  // What was said a window ago is compared with what came.
  void settle(double last, double missed) {
    const auto window = parts_.timing.window();
    const auto& said = parts_.said[(parts_.ticks - 1 - window) % kMostWindow];
    double all = 0;
    for (std::size_t i = 0; i < window; ++i) all += parts_.came[(parts_.ticks - 1 - i) % kMostWindow];
    Terms room{};
    parts_.learnt.regression.learn(terms(said, window, room), capped(all, said.mean), said.mean);
    parts_.learnt.levels.learn(said.stand, static_cast<float>(all), static_cast<float>(last));
    ResidualLevels::Levels short_by{}, left{};
    for (std::size_t i = 0; i < left.size(); ++i) {
      const double there = std::max(0.0, static_cast<double>(said.ready[i]) - (all - last));
      short_by[i] = static_cast<float>(std::max(0.0, last - there));
      left[i] = static_cast<float>(std::max(0.0, there - last));
    }
    if (by_hits()) {
      parts_.learnt.recalibration.judge(short_by, last);
      parts_.learnt.recalibration.happened(missed, last);
    } else {
      const auto delay = std::max<double>(1, parts_.timing.delay);
      parts_.learnt.cheapest.judge(short_by, left, delay, missed, static_cast<double>(said.level));
    }
  }

  bool by_hits() const { return settings_.hit_rate > 0; }
  double level() const { return by_hits() ? parts_.learnt.recalibration.level() : parts_.learnt.cheapest.level(); }

  // One flood should not decide what is usual.
  static float capped(double count, float expected) {
    return static_cast<float>(std::min(count, 8 * static_cast<double>(expected) + 64));
  }

  void say(UnixMillis at) {
    const auto window = parts_.timing.window();
    auto& said = parts_.said[parts_.ticks == 0 ? 0 : (parts_.ticks - 1) % kMostWindow];
    said.ways = parts_.learnt.ways.forecast(at, parts_.timing.tick_ms(), window);
    Terms room{};
    said.mean = parts_.learnt.regression.predict(terms(said, 0, room));
    said.stand = parts_.learnt.levels.stand(said.mean);
    const auto levels = parts_.learnt.levels.at(said.stand);
    const double level = this->level(), floor = parts_.panic.expects(window);
    const auto ready = [&](double value) { return within(std::max(std::round(value), std::ceil(floor))); };
    for (std::size_t i = 0; i < levels.size(); ++i) said.ready[i] = static_cast<float>(ready(levels[i]));
    target_.mean = static_cast<double>(said.mean);
    target_.quantile = std::max(0.0, between(levels, level));
    target_.ratio = 1 - Recalibration::tail(level);
    target_.ready = ready(target_.quantile);
    target_.keep = within(std::floor(used_));
    target_.panic = parts_.panic.now();
    said.level = static_cast<float>(level);
    parts_.pool.aim(target_.ready, target_.keep);
  }

  unsigned within(double count) const {
    return static_cast<unsigned>(
        std::clamp(count, static_cast<double>(settings_.least), static_cast<double>(settings_.most)));
  }

  // When instances start otherwise than was reckoned with, what depends on it begins anew; what usually arrives is still known.
  void learn_start() {
    constexpr double kOtherwise = 0.25;
    constexpr unsigned kSeveral = 5;
    if (starts_ < kSeveral) return;
    const auto before = static_cast<double>(parts_.start.count());
    if (std::abs(start_ms_ - before) <= kOtherwise * std::max(before, 1.0)) return;
    starts_ = 0;
    Parts anew(settings_, std::chrono::milliseconds(std::llround(start_ms_)));
    if (anew.timing.window() == parts_.timing.window() && anew.timing.steps == parts_.timing.steps) {
      parts_.start = anew.start;
      return;
    }
    anew.learnt.ways = parts_.learnt.ways;
    anew.learnt.ways.rescale(static_cast<double>(anew.timing.steps) / parts_.timing.steps);
    for (std::size_t i = 0; i < ArrivalWays::kWays; ++i)
      anew.learnt.regression.set_prior(i, parts_.learnt.regression.weight(i));
    anew.learnt.levels = parts_.learnt.levels;
    used_ *= static_cast<double>(anew.timing.tick_ms() * static_cast<std::int64_t>(anew.timing.window())) /
             static_cast<double>(parts_.timing.tick_ms() * static_cast<std::int64_t>(parts_.timing.window()));
    parts_ = std::move(anew);
  }

  Settings settings_;
  Parts parts_;
  Target target_;
  std::optional<UnixMillis> last_;
  std::uint32_t steps_ = 0;  // of the present tick
  unsigned starts_ = 0;      // told of since the start time was last settled
  double start_ms_ = 0;
  double arrived_ = 0, missed_ = 0;
  double arrivals_ = 0, hits_ = 0, used_ = 0;  // of late; `used_` of a window
  bool acted_on_ = false;
};

std::string span_of(std::uint32_t from, std::uint32_t until, double tick_s) {
  const auto text = [&](std::uint32_t ticks) {
    auto digits = std::to_string(std::lround(10 * ticks * tick_s));
    if (digits.size() < 2) digits.insert(0, 1, '0');
    return digits.insert(digits.size() - 1, 1, '.');
  };
  return text(from) + ".." + text(until) + " s";
}

std::vector<PoolSizer::Term> Sizer::explain() const {
  std::vector<Term> out;
  const auto& said = parts_.said[parts_.ticks == 0 ? 0 : (parts_.ticks - 1) % kMostWindow];
  const auto& regression = parts_.learnt.regression;
  for (std::size_t i = 0; i < ArrivalWays::kWays; ++i) {
    out.push_back({std::string(ArrivalWays::name(i)), said.ways[i]});
    out.push_back({std::string(ArrivalWays::name(i)) + ", weight", regression.weight(i)});
  }
  const auto bins = parts_.leads.bins();
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (std::size_t bin = 0; bin < bins && parts_.leads.present(lead); ++bin)
      out.push_back({"lead " + std::to_string(lead) + " of " +
                         span_of(parts_.leads.edge(bin), parts_.leads.edge(bin + 1), parts_.timing.tick_s()) +
                         " ago, weight",
                     regression.weight(ArrivalWays::kWays + lead * bins + bin)});
  out.push_back({"window, s", static_cast<double>(parts_.timing.window()) * parts_.timing.tick_s()});
  out.push_back({"start, s", start_ms_ / 1000});
  return out;
}

}  // namespace

std::unique_ptr<PoolSizer> make_pool_sizer(const PoolSizer::Settings& settings) {
  return std::make_unique<Sizer>(settings);
}

}  // namespace harbinger::provision
