#include "persona/rpc/client.h"

#include <grpcpp/grpcpp.h>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "persona/rpc/client_calls.h"
#include "persona/rpc/convert.h"
#include "persona/rpc/credentials.h"

namespace harbinger::persona {

std::unique_ptr<grpc::ClientContext> ClientCalls::context() const {
  auto made = std::make_unique<grpc::ClientContext>();
  if (!settings.token.empty()) made->AddMetadata("authorization", "Bearer " + settings.token);
  return made;
}

namespace {

template <class Request, class Response>
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  Request request;
  Response response;
};

using StateCall = Call<v1::GetStateRequest, v1::GetStateResponse>;
using ExplainCall = Call<v1::ExplainRequest, v1::ExplainResponse>;

// The engine's state as it was heard last. Lives as long as somebody asks for it or an answer is on its way.
class KnownState final : public std::enable_shared_from_this<KnownState> {
 public:
  explicit KnownState(std::shared_ptr<ClientCalls> calls) : calls_(std::move(calls)), stub_(calls_->channel) {}

  PersonaEngine::State get() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!asking_ && !ended_ && now >= next_) ask(now);
    return state_;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (asking_) asking_->context->TryCancel();
  }

 private:
  static constexpr std::chrono::seconds kFresh{1};

  void ask(Keeper::Time now) {
    next_ = now + kFresh;
    asking_ = std::make_shared<StateCall>();
    asking_->context = calls_->context();
    asking_->context->set_deadline(std::chrono::system_clock::now() + calls_->settings.patience);
    calls_->open->add();
    stub_.async()->GetState(asking_->context.get(), &asking_->request, &asking_->response,
                            [self = shared_from_this()](const grpc::Status& status) mutable {
                              const auto open = self->calls_->open;
                              self->take(status);
                              self.reset();
                              open->remove();
                            });
  }

  void take(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (status.ok()) state_ = read(asking_->response);
    asking_.reset();
  }

  const std::shared_ptr<ClientCalls> calls_;
  v1::PersonaEngine::Stub stub_;
  std::mutex mutex_;
  std::shared_ptr<StateCall> asking_;
  Keeper::Time next_{};
  PersonaEngine::State state_;
  bool ended_ = false;
};

// Asks for explanations; each has its own deadline.
class Explanations final {
 public:
  explicit Explanations(std::shared_ptr<ClientCalls> calls) : calls_(std::move(calls)), stub_(calls_->channel) {}

  void ask(ClientKey client, PersonaEngine::Explained done) {
    auto call = std::make_shared<ExplainCall>();
    call->context = calls_->context();
    call->context->set_deadline(std::chrono::system_clock::now() + calls_->settings.patience);
    call->request.set_client(client);
    calls_->open->add();
    auto& asked = *call;
    stub_.async()->Explain(
        asked.context.get(), &asked.request, &asked.response,
        [open = calls_->open, call = std::move(call), done = std::move(done)](const grpc::Status& status) mutable {
          done(status.ok() ? Result<PersonaExplanation>(read(call->response)) : fail(error_of(status)));
          call.reset();
          open->remove();
        });
  }

 private:
  const std::shared_ptr<ClientCalls> calls_;
  v1::PersonaEngine::Stub stub_;
};

class Client final : public PersonaEngine {
 public:
  explicit Client(std::shared_ptr<ClientCalls> calls)
      : calls_(std::move(calls)),
        asks_(open_ask_lane(calls_)),
        events_(open_event_lane(calls_)),
        state_(std::make_shared<KnownState>(calls_)),
        explanations_(calls_) {}

  // Explanations end with their deadline at the latest.
  ~Client() override {
    asks_->end();
    events_->end();
    state_->end();
    stop_watches();
    calls_->open->wait();
    calls_->keeper.stop();
  }

  void assign(std::span<const PersonaAsk> asks, Assigned done) override { asks_->send(asks, std::move(done)); }
  void report(std::span<const BehaviourEvent> events, Reported done) override {
    events_->send(events, std::move(done));
  }
  void explain(ClientKey client, Explained done) override { explanations_.ask(client, std::move(done)); }

  std::shared_ptr<void> watch(Watcher update) override {
    const auto watch = open_watch(calls_, std::move(update));
    const std::lock_guard lock(mutex_);
    std::erase_if(watches_, [](const auto& other) { return other->stopped(); });
    watches_.push_back(watch);
    return {nullptr, [weak = std::weak_ptr(watch)](void*) {
              if (const auto watching = weak.lock()) watching->stop();
            }};
  }

  State state() const override {
    auto state = state_->get();
    auto trouble = asks_->trouble();
    if (trouble.empty()) trouble = events_->trouble();
    state.reachable = trouble.empty();
    if (!state.reachable) state.trouble = std::move(trouble);
    return state;
  }

 private:
  // A handle that outlives its engine watches nothing.
  void stop_watches() {
    const std::lock_guard lock(mutex_);
    for (const auto& watch : watches_) watch->stop();
  }

  const std::shared_ptr<ClientCalls> calls_;
  const std::shared_ptr<AskLane> asks_;
  const std::shared_ptr<EventLane> events_;
  const std::shared_ptr<KnownState> state_;
  Explanations explanations_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<ClientWatch>> watches_;
};

grpc::ChannelArguments arguments_of(const RpcClientSettings& settings) {
  constexpr int kMostOctets = 16 << 20;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMostOctets);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, static_cast<int>(settings.shortest_pause.count()));
  // Whatever its name says: how long an attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, static_cast<int>(settings.patience.count()));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(settings.longest_pause.count()));
  // An engine whose machine has vanished says nothing; this finds out.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  // Clients of one address would share a connection, and so a credential's fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!settings.tls_name.empty()) arguments.SetSslTargetNameOverride(settings.tls_name);
  return arguments;
}

}  // namespace

Result<std::unique_ptr<PersonaEngine>> connect_engine(const RpcClientSettings& settings) {
  const auto credentials = channel_credentials({settings.certificate, settings.key, settings.ca}, "the engine");
  if (!credentials) return fail(credentials.error());
  auto calls = std::make_shared<ClientCalls>(settings);
  calls->channel = grpc::CreateCustomChannel("dns:///" + settings.address, *credentials, arguments_of(settings));
  return std::make_unique<Client>(std::move(calls));
}

}  // namespace harbinger::persona
