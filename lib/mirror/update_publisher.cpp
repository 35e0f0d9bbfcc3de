#include "mirror/update_publisher.h"

#include <map>
#include <optional>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <harbinger/message.h>
#include <harbinger/random.h>
#include "mirror/update_guard.h"
#include "mirror/update_records.h"
#include "net/dns_call.h"

namespace harbinger::mirror {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr Duration kMarkPatience = std::chrono::seconds(1);
constexpr int kTries = 3;

// The question for the mark, and what the reply says of it.
Result<std::vector<std::uint8_t>> question_for(const Name& mark) {
  std::vector<std::uint8_t> octets(512);
  MessageWriter writer(octets, {.id = static_cast<std::uint16_t>(system_random().below(65536))});
  if (!writer.add_question({mark, RRType::TXT, RRClass::IN}))
    return fail(ErrorCode::too_large, "the mark's name is too long");
  octets.resize(writer.finish().size());
  return octets;
}

Result<std::optional<std::uint64_t>> mark_in(std::span<const std::uint8_t> reply) {
  const auto message = Message::parse(reply);
  if (!message) return fail(message.error());
  const auto rcode = message->rcode();
  if (rcode != Rcode::NOERROR && rcode != Rcode::NXDOMAIN)
    return fail(ErrorCode::unreachable, "the mark cannot be asked for: " + to_string(rcode));
  std::vector<Rdata> texts;
  for (const auto& each : message->answers)
    if (each.type == RRType::TXT) texts.push_back(each.rdata);
  return marked_version(texts);
}

class RealPublisher final : public UpdatePublisher {
 public:
  RealPublisher(Settings settings, const Clock& clock, Logger log)
      : settings_(std::move(settings)),
        log_(std::move(log)),
        guard_(context_.get_executor()),
        updater_(net::DnsUpdater::make(clock)),
        thread_([this] { context_.run(); }) {}
  ~RealPublisher() override {
    updater_.reset();
    context_.stop();
    thread_.join();
  }

  void publish(const Publication& what, Done done) override { tell(what, std::move(done)); }
  void renew(const Publication& what, Done done) override { tell(what, std::move(done)); }

 private:
  struct Change {
    Publication what{};
    Done done{};
    int tries = 0;
  };
  /// What is known of a name, and what is being changed.
  struct Place {
    explicit Place(asio::io_context& context) : lease(context) {}
    bool known = false;                      // whether the next line says what is there
    std::optional<std::uint64_t> version{};  // of the mark
    std::optional<Change> now{}, next{};
    asio::steady_timer lease;  // of servers that know none
  };

  void tell(const Publication& what, Done done) {
    auto name = told_at(settings_, what);
    if (!name) return done(fail(name.error()));
    if (!*name) return done({});
    asio::post(context_, [this, name = **name, change = Change{what, std::move(done)}]() mutable {
      auto& place = places_.try_emplace(name, context_).first->second;
      if (place.next) place.next->done(fail(ErrorCode::unreachable, "a later change came before this one was made"));
      place.next = std::move(change);
      begin(name, place);
    });
  }

  // One change of a name at a time: each must know the version that it follows.
  void begin(const Name& name, Place& place) {
    if (place.now || !place.next) return;
    place.now = std::move(place.next);
    place.next.reset();
    go_on(name, place);
  }

  void go_on(const Name& name, Place& place) {
    if (place.now->tries++ >= kTries)
      return end(name, place, fail(ErrorCode::unreachable, "the mark changes all the time"));
    if (place.known) return send(name, place);
    ask_mark(name, place, [this, name](Place& here, std::optional<std::uint64_t> version) {
      here.known = true;
      here.version = version;
      send(name, here);
    });
  }

  void ask_mark(const Name& name, Place& place, std::function<void(Place&, std::optional<std::uint64_t>)> use) {
    const auto mark = mark_of(name);
    if (!mark) return end(name, place, fail(mark.error()));
    auto question = question_for(*mark);
    if (!question) return end(name, place, fail(question.error()));
    net::call_over_udp(context_, settings_.server.address, std::move(*question), kMarkPatience,
                       [this, name, use = std::move(use)](const Result<std::vector<std::uint8_t>>& reply) {
                         auto& here = places_.at(name);
                         auto version = reply ? mark_in(*reply) : fail(reply.error());
                         if (!version) return end(name, here, fail(version.error()));
                         use(here, *version);
                       });
  }

  void send(const Name& name, Place& place) {
    const auto& what = place.now->what;
    if (place.version && *place.version > what.version)
      return end(name, place, fail(ErrorCode::conflict, "another server has changed " + name.to_string() + " since"));
    UpdateBuilder update(settings_.zone);
    const Believed believed{place.version, {}};
    if (auto guarded = guard(update, name, believed, what.version, what.ttl); !guarded)
      return end(name, place, std::move(guarded));
    write_records(settings_, name, what, update);
    if (!what.servers.empty()) update.lease(what.lease);
    change(name, update.message(), what);
  }

  void change(const Name& name, const UpdateMessage& message, const Publication& what) {
    const auto until = asio::steady_timer::clock_type::now() + what.lease;
    updater_->change(settings_.server, message, [this, name, until](const Result<net::UpdateDone>& changed) {
      asio::post(context_, [this, name, until, changed] { made(name, changed, until); });
    });
  }

  void made(const Name& name, const Result<net::UpdateDone>& changed, asio::steady_timer::time_point until) {
    auto& place = places_.at(name);
    if (!place.now) return;
    if (changed) {
      place.version = place.now->what.version;
      place.lease.cancel();
      if (!place.now->what.servers.empty() && !changed->lease) watch_lease(name, place, until);
      return end(name, place, {});
    }
    place.known = false;
    if (changed.error().code != ErrorCode::conflict) return end(name, place, fail(changed.error()));
    refused(name, place);
  }

  // The mark is not as believed: the change was made before, or is somebody else's, or the mark was changed in between.
  void refused(const Name& name, Place& place) {
    const Believed believed{place.version, {}};
    ask_mark(name, place, [this, name, believed](Place& here, std::optional<std::uint64_t> version) {
      here.known = true;
      here.version = version;
      if (settled(version, believed, here.now->what.version) == Settled::made) return end(name, here, {});
      go_on(name, here);
    });
  }

  void end(const Name& name, Place& place, Result<void> outcome) {
    auto done = std::move(place.now->done);
    place.now.reset();
    if (done) done(std::move(outcome));
    begin(name, place);
  }

  // Nobody renewed it, and the server does not know that it is over.
  void watch_lease(const Name& name, Place& place, asio::steady_timer::time_point until) {
    place.lease.expires_at(until);
    place.lease.async_wait(
        [this, name, ttl = place.now->what.ttl, version = place.now->what.version](const error_code& stopped) {
          auto& here = places_.at(name);
          if (stopped || here.now || here.next || !here.known || here.version != version) return;
          log_.warning("lease", "the lease of " + name.to_string() + " is over, and is taken back");
          here.next = Change{{.ttl = ttl, .version = version}, {}};
          begin(name, here);
        });
  }

  const Settings settings_;
  const Logger log_;
  asio::io_context context_{1};
  std::map<Name, Place> places_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::unique_ptr<net::DnsUpdater> updater_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<UpdatePublisher>> UpdatePublisher::make(Settings settings, const Clock& clock, Logger log) {
  if (!settings.names.contains("{name}"))
    return fail(ErrorCode::malformed,
                "`" + settings.names + "` tells all resources at one name; write {name} where the resource goes");
  if (settings.cluster.empty() && !settings.names.contains("{cluster}"))
    return fail(ErrorCode::malformed,
                "`" + settings.names +
                    "` tells all clusters at one name; write {cluster} in it, or name the one cluster that is told");
  return std::make_unique<RealPublisher>(std::move(settings), clock, std::move(log));
}

}  // namespace harbinger::mirror
